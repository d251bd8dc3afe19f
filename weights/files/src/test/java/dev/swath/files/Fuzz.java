package dev.swath.files;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Feeds a reader with changed copies of valid inputs for a while, and requires of each that it is read or refused in one
 * sentence of the reader's own, at a cost that its size deserves. {@code -Dswath.fuzz.seconds=3600} makes a night of it and
 * prints how many inputs there were, {@code -Dswath.fuzz.inputs=10000000} ends it after so many, {@code -Dswath.fuzz.seed=7}
 * makes it another one; an input that breaks a rule is kept under {@code target/fuzz}.
 */
public final class Fuzz {
    /** Takes one input; what it throws is judged. */
    @FunctionalInterface
    public interface Target {
        /** Reads it. */
        void read(byte[] input) throws Exception;
    }

    /** Makes another input of a valid one. */
    @FunctionalInterface
    public interface Change {
        /** A changed copy. */
        byte[] changed(byte[] valid, SplittableRandom random);
    }

    /** For {@link org.junit.jupiter.api.io.TempDir}: a folder in memory where the system has one, for every input is a file there. */
    public static final class InMemory implements TempDirFactory {
        private static final Path MEMORY = Path.of("/dev/shm");

        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
            return Files.isWritable(MEMORY)
                    ? Files.createTempDirectory(MEMORY, "swath-fuzz")
                    : Files.createTempDirectory("swath-fuzz");
        }
    }

    private static final String SECONDS = "swath.fuzz.seconds";

    /** Of each reader, if nothing is said: some sixty of them take a minute. */
    private static final double FEW_SECONDS = 1;

    /** Read whatever the time. */
    private static final int FEWEST = 100;

    /** After so many inputs, and at its end, a run for which a time was set tells how far it is: one that is stopped was not for nothing. */
    private static final int TOLD = 1_000_000;

    private static final int MAX_SENTENCE = 1300;
    private static final long BYTES_EACH = 1000;
    private static final double LONGEST = 2;
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Words that belong to Java and not to a reader. */
    private static final Pattern JAVA = Pattern.compile(
            "Exception|out of bounds|java\\.|null pointer|cannot be cast|overflow|/ by zero|NaN cannot|Index \\d|Range \\[");

    private final String name;
    private final List<byte[]> seeds;
    private final Class<?>[] own;
    private Change change;
    private long spare = 64L << 20;
    private long rounds;
    private long refused;

    /**
     * @param name of the target, for files and messages
     * @param seeds valid inputs; none for inputs that are made by {@link #by} alone
     * @param words that are put in: instructions, keys, numbers at the edge
     * @param own the exceptions that a reader may refuse with
     */
    public Fuzz(String name, List<byte[]> seeds, List<byte[]> words, Class<?>... own) {
        this.name = name;
        this.seeds = seeds;
        this.own = own;
        change = (valid, random) -> {
            byte[] input = random.nextInt(4) == 0
                    ? Mutations.crossed(valid, seeds.get(random.nextInt(seeds.size())), random)
                    : valid;
            return Mutations.mutate(input, words, random);
        };
    }

    /** Changes in another way, such as {@link Mutations#json}. */
    public Fuzz by(Change other) {
        change = other;
        return this;
    }

    /** Lets an input take so many bytes beyond a thousand for each of its own. */
    public Fuzz sparing(long bytes) {
        spare = bytes;
        return this;
    }

    /**
     * A target whose reader wants a file: each input is written over the one before it. A file that is cut to nothing first costs
     * a disk three milliseconds; this costs some microseconds.
     */
    public static Target file(Path file, Target read) {
        return input -> {
            try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(input);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.truncate(input.length);
            }
            read.read(input);
        };
    }

    /** Runs for the time that is set, or a second, on a thread of its own: exceptions are quicker where the stack is short. */
    public Fuzz run(Target target) {
        Throwable[] failure = new Throwable[1];
        Thread thread = new Thread(
                () -> {
                    try {
                        loop(target);
                    } catch (Throwable e) {
                        failure[0] = e;
                    }
                },
                "fuzz " + name);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + name + " ran", e);
        }
        if (failure[0] instanceof Error e) {
            throw e;
        } else if (failure[0] != null) {
            throw new IllegalStateException(failure[0]);
        }
        return this;
    }

    private void loop(Target target) {
        String set = System.getProperty(SECONDS);
        double seconds = set == null ? FEW_SECONDS : Double.parseDouble(set);
        long most = Long.getLong("swath.fuzz.inputs", Long.MAX_VALUE);
        SplittableRandom random = new SplittableRandom(Long.getLong("swath.fuzz.seed", 1) * 31 + name.hashCode());
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        for (byte[] valid : seeds) {
            one(target, valid);
            if (refused > 0) {
                fail(name + ": a valid input was refused");
            }
        }
        while (rounds < most && System.nanoTime() < end || rounds < FEWEST) {
            byte[] valid = seeds.isEmpty() ? new byte[0] : seeds.get(random.nextInt(seeds.size()));
            one(target, change.changed(valid, random));
            if (set != null && rounds % TOLD == 0) {
                tell(start);
            }
        }
        if (set != null && rounds % TOLD != 0) {
            tell(start);
        }
    }

    private void tell(long start) {
        System.out.printf(
                Locale.ROOT,
                "fuzz: %s: %d inputs, of which %d refused, in %.1f s, of which %.1f s computing%n",
                name,
                rounds,
                refused,
                (System.nanoTime() - start) / 1e9,
                THREADS.getCurrentThreadCpuTime() / 1e9);
    }

    /** How many inputs were tried. */
    public long rounds() {
        return rounds;
    }

    /** How many of them were refused. */
    public long refused() {
        return refused;
    }

    private void one(Target target, byte[] input) {
        rounds++;
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        long time = System.nanoTime();
        Throwable thrown = thrown(target, input);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - bytes;
        double seconds = (System.nanoTime() - time) / 1e9;
        String wrong = thrown == null ? "" : judged(thrown);
        if (allocated > spare + BYTES_EACH * input.length) {
            wrong += " allocated " + (allocated >> 20) + " MiB";
        }
        // The processor's time is what counts, but asking for it costs more than many a reader.
        if (seconds > LONGEST) {
            long before = THREADS.getCurrentThreadCpuTime();
            thrown(target, input);
            seconds = (THREADS.getCurrentThreadCpuTime() - before) / 1e9;
            if (seconds > LONGEST) {
                wrong += " took " + seconds + " s";
            }
        }
        if (!wrong.isEmpty()) {
            fail(
                    name + ", input " + rounds + " of " + input.length + " bytes, kept in " + keep(input) + ":" + wrong,
                    thrown);
        }
    }

    private static @Nullable Throwable thrown(Target target, byte[] input) {
        try {
            target.read(input);
            return null;
        } catch (Exception | Error e) {
            return e;
        }
    }

    private String judged(Throwable thrown) {
        refused++;
        for (Class<?> type : own) {
            if (type.isInstance(thrown)) {
                String fault = fault(String.valueOf(thrown.getMessage()));
                return fault == null ? "" : " " + fault;
            }
        }
        return " threw " + thrown;
    }

    /** Why a message is no sentence that may be shown; null if it is one. */
    private static @Nullable String fault(String message) {
        return message.length() > MAX_SENTENCE
                ? "a sentence of " + message.length() + " characters"
                : message.chars().anyMatch(Character::isISOControl)
                        ? "a control character in: " + message
                        : JAVA.matcher(message).find() ? "words of Java in: " + message : null;
    }

    /** Fails unless it is one line of a bounded length, without characters that steer a terminal and without words of Java. */
    public static void requireSentence(String what, String message) {
        String fault = fault(message);
        if (fault != null) {
            fail(what + ": " + fault);
        }
    }

    private Path keep(byte[] input) {
        try {
            Path folder = Files.createDirectories(Path.of("target/fuzz"));
            return Files.write(folder.resolve(name.replace(' ', '-') + "-" + rounds), input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
