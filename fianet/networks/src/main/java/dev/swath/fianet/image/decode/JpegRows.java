package dev.swath.fianet.image.decode;

import java.awt.Point;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.SampleModel;
import java.awt.image.WritableRaster;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a JPEG as the JDK's reader decodes them. It wants a whole picture to put them into; this one passes them on
 * instead, so that a scene takes the memory of a few rows.
 */
final class JpegRows {
    /** Takes rows of components. */
    @FunctionalInterface
    interface Sink {
        /** Takes a row, the topmost first; it may change it, and it is used again for a later one. */
        void row(int y, byte[] samples);
    }

    private final int width;
    private final int height;
    private final int components;
    private final Sink rows;

    /** Components that are half as high as the others: their rows come doubled, and are to lie between their neighbours. */
    private final int[] smoothed;

    /** The first row of the pair before this one, this pair, and what is passed on. */
    private byte[] above;

    private byte[] first;
    private final byte[] second;
    private byte[] next;
    private final byte[] out;
    /** The reader makes a picture of what is there after each scan; only the last is whole. */
    private final int scans;

    private int pass;
    private int came;
    private int passed;
    private @Nullable RuntimeException thrown;

    /** Ends the reading. */
    Runnable abort = () -> {};

    JpegRows(JpegHeader frame, Sink rows) {
        this.width = frame.width;
        this.height = frame.height;
        this.components = frame.components.length;
        this.rows = rows;
        this.scans = frame.scans;
        int[] half = new int[components];
        int n = 0;
        for (int c = 0; c < components; c++) {
            if (frame.isHalfAsHigh(c)) {
                half[n++] = c;
            }
        }
        smoothed = Arrays.copyOf(half, n);
        int length = width * components;
        int kept = n == 0 ? 0 : length;
        above = new byte[kept];
        first = new byte[kept];
        second = new byte[kept];
        next = new byte[kept];
        out = new byte[length];
    }

    /** A picture without memory of its own. */
    BufferedImage image() {
        int[] offsets = new int[components];
        Arrays.setAll(offsets, c -> c);
        SampleModel samples =
                new ComponentSampleModel(DataBuffer.TYPE_BYTE, width, height, components, components * width, offsets);
        ComponentColorModel colours = new ComponentColorModel(
                ColorSpace.getInstance(components == 1 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB),
                false,
                false,
                Transparency.OPAQUE,
                DataBuffer.TYPE_BYTE);
        return new BufferedImage(colours, new Passing(samples), false, null);
    }

    private final class Passing extends WritableRaster {
        Passing(SampleModel samples) {
            super(samples, new DataBufferByte(1), new Point(0, 0));
        }

        /** One row, as the reader puts it in. */
        @Override
        public void setRect(int x, int y, Raster row) {
            if (thrown != null) {
                return;
            }
            try {
                byte[] samples = ((DataBufferByte) row.getDataBuffer()).getData();
                if (y == 0) {
                    pass++;
                }
                if (pass < scans) {
                    return;
                }
                if (y != came || row.getWidth() != width || row.getHeight() != 1) {
                    throw new IllegalStateException("rows come one by one from the topmost on");
                }
                take(samples);
            } catch (RuntimeException e) {
                thrown = e; // native code lies between here and whoever can make use of it
                abort.run();
            }
        }
    }

    private void take(byte[] samples) {
        if (smoothed.length == 0) {
            System.arraycopy(samples, 0, out, 0, out.length);
            rows.row(passed++, out);
        } else if (came % 2 == 1) {
            System.arraycopy(samples, 0, second, 0, out.length);
        } else if (came == 0) {
            System.arraycopy(samples, 0, first, 0, out.length);
            System.arraycopy(samples, 0, above, 0, out.length);
        } else {
            System.arraycopy(samples, 0, next, 0, out.length);
            pair(next, true);
            byte[] free = above;
            above = first;
            first = next;
            next = free;
        }
        came++;
    }

    /** Passes a pair of rows on; in what came doubled, three parts of the row and one of its neighbour above or below. */
    private void pair(byte[] below, boolean both) {
        between(first, above, 1);
        rows.row(passed++, out);
        if (both) {
            between(second, below, 2);
            rows.row(passed++, out);
        }
    }

    private void between(byte[] row, byte[] neighbour, int rounding) {
        System.arraycopy(row, 0, out, 0, out.length);
        for (int c : smoothed) {
            for (int x = c; x < out.length; x += components) {
                out[x] = (byte) (3 * (first[x] & 0xff) + (neighbour[x] & 0xff) + rounding >> 2);
            }
        }
    }

    /** Passes on what was kept back for the rows behind it, and tells whether all rows came. */
    boolean finish() {
        if (came < height) {
            return false;
        }
        if (smoothed.length > 0) {
            pair(first, height % 2 == 0);
        }
        return true;
    }

    /** Throws what the taker of a row threw. */
    void rethrow() {
        if (thrown != null) {
            throw thrown;
        }
    }
}
