package dev.swath.files;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs a reader on many changed inputs: each is read or refused with a sentence, nothing else. {@code -Dswath.fuzz.rounds=N} takes N
 * inputs a target, {@code -Dswath.fuzz.seed=N} others; without them a target is done in a second or two and always does the same.
 */
public final class ReaderFuzz {
    private static final int LONGEST_MESSAGE = 1500;
    private static final long SLOWEST = 10_000_000_000L; // nanoseconds, on a machine that does other things too

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

    private ReaderFuzz() {}

    /** One input: draws, changes, reads. */
    @FunctionalInterface
    public interface Target {
        /** Reads one input that it makes by these draws. */
        void read(SplittableRandom random) throws Exception;
    }

    /**
     * Runs the rounds.
     *
     * @param name seeds the draws
     * @param rounds unless the property says otherwise
     * @param refusals the exceptions that a refusal may be
     * @return how many inputs were refused
     */
    @SafeVarargs
    public static long run(String name, int rounds, Target target, Class<? extends RuntimeException>... refusals) {
        SplittableRandom seeds = new SplittableRandom(name.hashCode() + 31 * Long.getLong("swath.fuzz.seed", 0));
        long refused = 0;
        for (long round = Long.getLong("swath.fuzz.rounds", rounds); round > 0; round--) {
            long seed = seeds.nextLong();
            long start = System.nanoTime();
            try {
                target.read(new SplittableRandom(seed));
            } catch (Exception e) {
                boolean foreseen = false;
                for (Class<?> refusal : refusals) {
                    foreseen |= refusal.isInstance(e);
                }
                if (!foreseen) {
                    fail(name + ", seed " + seed, e);
                }
                refused++;
                requireSentence(name + ", seed " + seed, String.valueOf(e.getMessage()));
            } catch (StackOverflowError | OutOfMemoryError e) {
                fail(name + ", seed " + seed, e);
            }
            assertTrue(System.nanoTime() - start < SLOWEST, () -> name + ", seed " + seed + " takes too long");
        }
        return refused;
    }

    /** Fails unless it is one line of a bounded length, without characters that steer a terminal and without words of Java. */
    public static void requireSentence(String what, String message) {
        assertTrue(
                message.length() <= LONGEST_MESSAGE
                        && message.codePoints().noneMatch(Character::isISOControl)
                        && !message.contains("Exception")
                        && !message.contains("java.")
                        && !message.contains("out of bounds"),
                () -> what + ": " + message);
    }

    /** Valid JSON with one to three of its parts replaced, doubled or taken out, or, one time in four, with changed bytes. */
    public static byte[] json(byte[] valid, SplittableRandom random) {
        if (random.nextInt(4) == 0) {
            return Mutations.mutate(valid, random);
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
}
