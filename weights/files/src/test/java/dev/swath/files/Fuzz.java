package dev.swath.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * Feeds a reader with changed copies of valid inputs for a while, and requires of each that it is read or refused in one
 * sentence of the reader's own, at a cost that its size deserves. {@code -Dswath.fuzz.seconds=3600} makes a night of it,
 * {@code -Dswath.fuzz.seed=7} another one; an input that breaks a rule is kept under {@code target/fuzz}.
 */
public final class Fuzz {
    /** Takes one input; what it throws is judged. */
    @FunctionalInterface
    public interface Target {
        /** Reads it. */
        void read(byte[] input) throws IOException;
    }

    private static final int MAX_SENTENCE = 1300;
    private static final long SPARE_BYTES = 64L << 20;
    private static final long BYTES_EACH = 1000;
    private static final double SECONDS = 2;

    /** Words that belong to Java and not to a reader. */
    private static final Pattern JAVA = Pattern.compile(
            "Exception|out of bounds|java\\.|null pointer|cannot be cast|overflow|/ by zero|NaN cannot|Index \\d|Range \\[");

    private final String name;
    private final List<byte[]> seeds;
    private final List<byte[]> words;
    private final Class<?>[] own;
    private long rounds;
    private long refused;

    /**
     * @param name of the target, for files and messages
     * @param seeds valid inputs
     * @param words that are put in: instructions, keys, numbers at the edge
     * @param own the exceptions that a reader may refuse with
     */
    public Fuzz(String name, List<byte[]> seeds, List<byte[]> words, Class<?>... own) {
        this.name = name;
        this.seeds = seeds;
        this.words = words;
        this.own = own;
    }

    /** Runs for the time that is set, or two seconds. */
    public Fuzz run(Target target) {
        long seconds = Long.getLong("swath.fuzz.seconds", 2);
        long seed = Long.getLong("swath.fuzz.seed", 1);
        SplittableRandom random = new SplittableRandom(seed * 31 + name.hashCode());
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        for (byte[] valid : seeds) {
            one(target, valid);
        }
        if (refused > 0) {
            throw new AssertionError(name + ": a valid input was refused");
        }
        while (System.nanoTime() < end) {
            byte[] input = seeds.get(random.nextInt(seeds.size()));
            if (random.nextInt(4) == 0) {
                input = crossed(input, seeds.get(random.nextInt(seeds.size())), random);
            }
            one(target, Mutations.mutate(input, words, random));
        }
        return this;
    }

    /** How many inputs were tried. */
    public long rounds() {
        return rounds;
    }

    /** How many of them were refused. */
    public long refused() {
        return refused;
    }

    private static byte[] crossed(byte[] a, byte[] b, SplittableRandom random) {
        int head = random.nextInt(a.length + 1);
        int tail = random.nextInt(b.length + 1);
        byte[] out = new byte[head + b.length - tail];
        System.arraycopy(a, 0, out, 0, head);
        System.arraycopy(b, tail, out, head, b.length - tail);
        return out;
    }

    private void one(Target target, byte[] input) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        rounds++;
        long bytes = threads.getCurrentThreadAllocatedBytes();
        long time = threads.getCurrentThreadCpuTime();
        Throwable thrown = null;
        try {
            target.read(input);
        } catch (IOException | RuntimeException | Error e) {
            thrown = e;
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - bytes;
        double seconds = (threads.getCurrentThreadCpuTime() - time) / 1e9;
        String wrong = thrown == null ? "" : judged(thrown);
        if (allocated > SPARE_BYTES + BYTES_EACH * input.length) {
            wrong += " allocated " + (allocated >> 20) + " MiB";
        }
        if (seconds > SECONDS) {
            wrong += " took " + seconds + " s";
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(
                    name + ", input " + rounds + " of " + input.length + " bytes, kept in " + keep(input) + ":" + wrong,
                    thrown);
        }
    }

    private String judged(Throwable thrown) {
        refused++;
        String message = String.valueOf(thrown.getMessage());
        for (Class<?> type : own) {
            if (type.isInstance(thrown)) {
                return message.length() > MAX_SENTENCE
                        ? " a sentence of " + message.length() + " characters"
                        : message.chars().anyMatch(Character::isISOControl)
                                ? " a control character in: " + message
                                : JAVA.matcher(message).find() ? " words of Java in: " + message : "";
            }
        }
        return " threw " + thrown;
    }

    private Path keep(byte[] input) {
        try {
            Path folder = Files.createDirectories(Path.of("target/fuzz"));
            return Files.write(folder.resolve(name + "-" + rounds), input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
