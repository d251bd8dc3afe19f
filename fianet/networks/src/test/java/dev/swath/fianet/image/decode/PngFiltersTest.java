package dev.swath.fianet.image.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows undone as the specification says it, byte by byte, for each size of a pixel. */
class PngFiltersTest {
    private static int plain(int filter, int left, int above, int aboveLeft) {
        int p = left + above - aboveLeft;
        int toLeft = Math.abs(p - left);
        int toAbove = Math.abs(p - above);
        int toBoth = Math.abs(p - aboveLeft);
        return switch (filter) {
            case 0 -> 0;
            case 1 -> left;
            case 2 -> above;
            case 3 -> (left + above) / 2;
            default -> toLeft <= toAbove && toLeft <= toBoth ? left : toAbove <= toBoth ? above : aboveLeft;
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 6, 8})
    void areUndone(int step) {
        SplittableRandom random = new SplittableRandom(step);
        for (int round = 0; round < 2000; round++) {
            byte[] row = new byte[step * (1 + random.nextInt(9))];
            byte[] before = new byte[row.length];
            // Of all values sums and differences are large, among few there are ties.
            int values = random.nextBoolean() ? 256 : 3;
            for (int i = 0; i < row.length; i++) {
                row[i] = (byte) random.nextInt(values);
                before[i] = (byte) (random.nextInt(values) - values / 2);
            }
            int filter = random.nextInt(5);
            byte[] expected = new byte[row.length];
            for (int i = 0; i < row.length; i++) {
                int left = i < step ? 0 : expected[i - step] & 0xff;
                int aboveLeft = i < step ? 0 : before[i - step] & 0xff;
                expected[i] = (byte) (row[i] + plain(filter, left, before[i] & 0xff, aboveLeft));
            }
            int steps = PngFilters.undo(filter, row, before, step);
            assertArrayEquals(expected, row, "filter " + filter + ", " + row.length + " bytes");
            assertTrue(filter > 2 ? steps <= row.length : steps == 0, "filter " + filter + " took " + steps);
        }
        assertEquals(-1, PngFilters.undo(5, new byte[step], new byte[step], step));
    }

    /** Of Paeth's filter one for each pixel, or for each four bytes of one, where above it changes from one to the next; of the average all. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 6, 8})
    void stepsThatTakeLongAreCounted(int step) {
        byte[] before = new byte[step * 10];
        assertEquals(0, PngFilters.undo(4, new byte[before.length], before, step));
        for (int i = 0; i < before.length; i++) {
            before[i] = (byte) (1 + i / step);
        }
        assertEquals(10 * Math.ceilDiv(step, 4), PngFilters.undo(4, new byte[before.length], before, step));
        assertEquals(
                Math.ceilDiv(10 * step, Math.min(4, step)), PngFilters.undo(3, new byte[before.length], before, step));
    }
}
