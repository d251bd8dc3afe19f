package dev.swath.files;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Changes bytes of valid files, for tests of what reads them. */
public final class Mutations {
    private Mutations() {}

    /** The same, with words put in now and then, over what is there or between it. */
    public static byte[] mutate(byte[] valid, List<byte[]> words, SplittableRandom random) {
        byte[] b = valid;
        while (!words.isEmpty() && random.nextInt(3) == 0) {
            byte[] word = words.get(random.nextInt(words.size()));
            int at = random.nextInt(b.length + 1);
            int behind = random.nextBoolean() ? at : Math.min(b.length, at + word.length);
            byte[] out = new byte[at + word.length + b.length - behind];
            System.arraycopy(b, 0, out, 0, at);
            System.arraycopy(word, 0, out, at, word.length);
            System.arraycopy(b, behind, out, at + word.length, b.length - behind);
            b = out;
        }
        return b == valid || random.nextBoolean() ? mutate(b, random) : b;
    }

    /** A copy with one to four changes: a byte anew, a bit turned, a stretch cut out, doubled or overwritten, the end cut off. */
    public static byte[] mutate(byte[] valid, SplittableRandom random) {
        byte[] b = valid.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && b.length > 1; i++) {
            int at = random.nextInt(b.length);
            int length = Math.min(b.length - at, 1 + random.nextInt(16));
            switch (random.nextInt(6)) {
                case 0 -> b[at] = (byte) random.nextInt(256);
                case 1 -> b[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> {
                    byte[] shorter = new byte[b.length - length];
                    System.arraycopy(b, 0, shorter, 0, at);
                    System.arraycopy(b, at + length, shorter, at, shorter.length - at);
                    b = shorter;
                }
                case 3 -> {
                    byte[] longer = new byte[b.length + length];
                    System.arraycopy(b, 0, longer, 0, at + length);
                    System.arraycopy(b, at, longer, at + length, b.length - at);
                    b = longer;
                }
                case 4 -> {
                    byte value = (byte) (random.nextBoolean() ? 0xff : 0);
                    for (int j = at; j < at + length; j++) {
                        b[j] = value;
                    }
                }
                default -> b = Arrays.copyOf(b, 1 + random.nextInt(b.length));
            }
        }
        return b;
    }
}
