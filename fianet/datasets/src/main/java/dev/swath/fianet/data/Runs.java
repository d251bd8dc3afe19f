package dev.swath.fianet.data;

import java.util.Arrays;
import java.util.List;

/**
 * A mask by the places where it turns from outside to inside or back, column by column: its size in memory is that of its
 * description, whatever the size of the image. No pixel is laid out before {@link #mask}.
 */
final class Runs {
    /** Most pixels of a mask, 134,217,728: more than any scene that is read has. */
    static final int MAX_PIXELS = 1 << 27;

    /** Most turns of a mask, 8,388,608. */
    private static final int MAX_TURNS = 1 << 23;

    private final int height;
    private final int width;
    private int[] turns = new int[16];
    private int count;

    /** Outside everywhere; throws {@link DataException} if no mask may have this size. */
    Runs(int height, int width) {
        if (height < 1 || width < 1 || (long) height * width > MAX_PIXELS) {
            throw new DataException("[mask] a mask must have from 1 to " + MAX_PIXELS + " pixels; got the size [height,"
                    + " width] = [" + height + ", " + width + "]");
        }
        this.height = height;
        this.width = width;
    }

    int pixels() {
        return height * width;
    }

    /** Changes sides from a position on, which may be {@code height * width}: behind the last pixel. */
    void turn(int at) {
        if (count == MAX_TURNS) {
            throw new DataException(
                    "[mask] an outline may cross the columns of its image at most " + MAX_TURNS + " times");
        }
        if (count == turns.length) {
            turns = Arrays.copyOf(turns, 2 * count);
        }
        turns[count++] = at;
    }

    /** In order; two turns at one place are none. */
    private void settle() {
        Arrays.sort(turns, 0, count);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (kept > 0 && turns[kept - 1] == turns[i]) {
                kept--;
            } else {
                turns[kept++] = turns[i];
            }
        }
        count = kept;
    }

    private int end(int turn) {
        return turn + 1 < count ? turns[turn + 1] : pixels();
    }

    /** Number of pixels inside. */
    long area() {
        settle();
        long sum = 0;
        for (int i = 0; i < count; i += 2) {
            sum += end(i) - turns[i];
        }
        return sum;
    }

    /** Inside where exactly one of the pieces, all of one size, is. */
    static Runs inOne(List<Runs> pieces) {
        Runs first = pieces.getFirst();
        if (pieces.size() == 1) {
            return first;
        }
        int n = 0;
        for (Runs piece : pieces) {
            piece.settle();
            n += piece.count;
        }
        long[] events = new long[n]; // place, and whether a piece ends there
        int at = 0;
        for (Runs piece : pieces) {
            for (int i = 0; i < piece.count; i++) {
                events[at++] = (long) piece.turns[i] << 1 | i & 1;
            }
        }
        Arrays.sort(events);
        Runs out = new Runs(first.height, first.width);
        int covering = 0;
        for (int i = 0; i < n; ) {
            int place = (int) (events[i] >> 1);
            boolean before = covering == 1;
            for (; i < n && events[i] >> 1 == place; i++) {
                covering += (events[i] & 1) == 0 ? 1 : -1;
            }
            if (before != (covering == 1)) {
                out.turn(place);
            }
        }
        return out;
    }

    /** Laid out. */
    Mask mask() {
        settle();
        byte[] values = new byte[pixels()];
        for (int i = 0; i < count; i += 2) {
            fill(values, turns[i], end(i));
        }
        return new Mask(width, height, values);
    }

    private void fill(byte[] values, int start, int end) {
        int y = start % height;
        int at = y * width + start / height;
        for (int i = start; i < end; i++) {
            values[at] = 1;
            at += width;
            if (++y == height) {
                y = 0;
                at -= height * width - 1;
            }
        }
    }
}
