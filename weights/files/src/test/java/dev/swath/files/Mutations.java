package dev.swath.files;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes bytes of valid files, for tests of what reads them. */
public final class Mutations {
    private static final Pattern TOKEN =
            Pattern.compile("\"(?:[^\"\\\\]++|\\\\.)*+\"|-?\\d+(?:\\.\\d+)?|true|false|null|[\\[\\]{},:]");
    private static final List<String> VALUES = List.of(
            "0",
            "-1",
            "1",
            "32768",
            "32769",
            "2147483647",
            "2147483648",
            "-9223372036854775808",
            "9223372036854775807",
            "1e308",
            "0.5",
            "null",
            "true",
            "[]",
            "{}",
            "[[[]]]",
            "\"\"",
            "\"..\"",
            "\"/\"",
            "\"\\u001b]0;title\\u0007\\n\"",
            "\"\\u0000\"",
            "\"\\u202e\"");

    private Mutations() {}

    /** Valid JSON with one to three of its parts replaced, doubled or taken out, or, one time in four, with changed bytes. */
    public static byte[] json(byte[] valid, SplittableRandom random) {
        if (random.nextInt(4) == 0) {
            return mutate(valid, random);
        }
        String text = new String(valid, StandardCharsets.UTF_8);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            List<int[]> tokens = new ArrayList<>();
            for (Matcher m = TOKEN.matcher(text); m.find(); ) {
                tokens.add(new int[] {m.start(), m.end()});
            }
            if (tokens.isEmpty()) {
                break;
            }
            int[] at = tokens.get(random.nextInt(tokens.size()));
            String with =
                    switch (random.nextInt(8)) {
                        case 0 -> "";
                        case 1 -> text.substring(at[0], at[1]).repeat(2);
                        case 2 -> {
                            int[] other = tokens.get(random.nextInt(tokens.size()));
                            yield text.substring(other[0], other[1]);
                        }
                        case 3 -> "\"" + "x".repeat(1 << random.nextInt(14)) + "\"";
                        default -> VALUES.get(random.nextInt(VALUES.size()));
                    };
            text = text.substring(0, at[0]) + with + text.substring(at[1]);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The beginning of one with the end of another. */
    static byte[] crossed(byte[] a, byte[] b, SplittableRandom random) {
        int head = random.nextInt(a.length + 1);
        int tail = random.nextInt(b.length + 1);
        byte[] out = new byte[head + b.length - tail];
        System.arraycopy(a, 0, out, 0, head);
        System.arraycopy(b, tail, out, head, b.length - tail);
        return out;
    }

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
