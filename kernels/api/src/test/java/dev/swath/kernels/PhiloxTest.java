package dev.swath.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhiloxTest {
    /**
     * The known answers of Random123, the authors' library (kat_vectors, philox4x32 10). They list words of 32 bits,
     * the least first: the counter's first two are {@code block}, its last two {@code draw}.
     */
    @ParameterizedTest
    @CsvSource({
        "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
        "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1"
    })
    void knownAnswers(String counter, String key, String words) {
        int[] c = words(counter);
        int[] k = words(key);
        int[] out = new int[4];
        Philox.block(joined(k[0], k[1]), joined(c[2], c[3]), joined(c[0], c[1]), out);
        assertEquals(
                words, Arrays.stream(out).mapToObj(w -> "%08x".formatted(w)).collect(Collectors.joining(" ")));
    }

    private static int[] words(String hexadecimal) {
        return Arrays.stream(hexadecimal.split(" "))
                .mapToInt(w -> Integer.parseUnsignedInt(w, 16))
                .toArray();
    }

    private static long joined(int low, int high) {
        return low & 0xFFFFFFFFL | (long) high << 32;
    }

    @Test
    void aStreamIsTheBlocksOneAfterAnother() {
        RandomGenerator stream = Philox.stream(5, 7);
        int[] out = new int[4];
        for (int block = 0; block < 3; block++) {
            Philox.block(5, 7, block, out);
            assertEquals(joined(out[0], out[1]), stream.nextLong());
            assertEquals(joined(out[2], out[3]), stream.nextLong());
        }
    }

    /** A word is below the threshold with the rate's probability, up to 2^-32. */
    @Test
    void thresholds() {
        assertEquals(0, Philox.threshold(0));
        assertEquals(1L << 31, Philox.threshold(0.5));
        assertEquals(429496730L, Philox.threshold(0.1));
        assertEquals(1, Philox.threshold(Double.MIN_VALUE));
    }
}
