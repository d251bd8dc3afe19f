package dev.swath.fianet.image;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The resize of the published pipeline, to the last bit: 8-bit bilinear whose support grows when it shrinks, first along
 * x, then along y, in fixed-point arithmetic with 22 fractional bits; and nearest for masks.
 */
public final class PillowResize {
    private static final int BITS = 22;
    private static final int CHANNELS = 3;

    private PillowResize() {}

    /** For each output cell the first input cell and the integer weights. */
    private record Filter(int[] first, int[][] weights) {
        static Filter of(int in, int out) {
            double scale = (double) in / out;
            double support = Math.max(scale, 1);
            int[] first = new int[out];
            int[][] weights = new int[out][];
            for (int i = 0; i < out; i++) {
                double centre = (i + 0.5) * scale;
                int low = Math.max(0, (int) (centre - support + 0.5));
                int high = Math.min(in, (int) (centre + support + 0.5));
                double[] w = new double[high - low];
                double sum = 0;
                for (int x = 0; x < w.length; x++) {
                    w[x] = Math.max(0, 1 - Math.abs((x + low - centre + 0.5) / support));
                    sum += w[x];
                }
                first[i] = low;
                weights[i] = new int[w.length];
                for (int x = 0; x < w.length; x++) {
                    weights[i][x] = (int) (w[x] / sum * (1 << BITS) + 0.5);
                }
            }
            return new Filter(first, weights);
        }
    }

    /** The image at another size; aspect ratio is not kept. */
    public static RgbImage bilinear(RgbImage image, int width, int height) {
        Running running = new Running(image.width(), image.height(), width, height);
        byte[] row = new byte[CHANNELS * image.width()];
        for (int y = 0; y < image.height(); y++) {
            System.arraycopy(image.rgb(), y * row.length, row, 0, row.length);
            running.row(y, row);
        }
        return running.result();
    }

    /** The resize while rows come in, from the topmost down; it holds the sums of those output rows that are not done. */
    static final class Running {
        private final int width;
        private final int height;
        private final @Nullable Filter across;
        private final @Nullable Filter down;
        private final byte[] narrow;
        private final byte[] out;
        private final int[][] sums;
        private int done;

        Running(int fromWidth, int fromHeight, int width, int height) {
            this.width = width;
            this.height = height;
            across = fromWidth == width ? null : Filter.of(fromWidth, width);
            down = fromHeight == height ? null : Filter.of(fromHeight, height);
            narrow = new byte[CHANNELS * width];
            out = new byte[CHANNELS * width * height];
            sums = new int[down == null ? 0 : height][];
        }

        /** Takes in the next row. */
        void row(int y, byte[] rgb) {
            byte[] row = rgb;
            if (across != null) {
                shrink(rgb, across, narrow);
                row = narrow;
            }
            if (down == null) {
                System.arraycopy(row, 0, out, y * row.length, row.length);
                return;
            }
            for (int i = done; i < height && down.first[i] <= y; i++) {
                int[] w = down.weights[i];
                if (sums[i] == null) {
                    sums[i] = new int[narrow.length];
                    Arrays.fill(sums[i], 1 << (BITS - 1));
                }
                int weight = w[y - down.first[i]];
                int[] sum = sums[i];
                for (int x = 0; x < sum.length; x++) {
                    sum[x] += weight * (row[x] & 0xff);
                }
            }
            while (done < height && down.first[done] + down.weights[done].length == y + 1) {
                int[] sum = sums[done];
                for (int x = 0; x < sum.length; x++) {
                    out[done * sum.length + x] = (byte) Math.clamp(sum[x] >> BITS, 0, 255);
                }
                sums[done++] = null;
            }
        }

        /** The resized image, once all rows are in. */
        RgbImage result() {
            return new RgbImage(width, height, out);
        }
    }

    private static void shrink(byte[] in, Filter f, byte[] to) {
        for (int i = 0; i < f.first.length; i++) {
            int[] w = f.weights[i];
            int red = 1 << (BITS - 1);
            int green = red;
            int blue = red;
            for (int x = 0, at = f.first[i] * CHANNELS; x < w.length; x++, at += CHANNELS) {
                red += w[x] * (in[at] & 0xff);
                green += w[x] * (in[at + 1] & 0xff);
                blue += w[x] * (in[at + 2] & 0xff);
            }
            to[CHANNELS * i] = (byte) Math.clamp(red >> BITS, 0, 255);
            to[CHANNELS * i + 1] = (byte) Math.clamp(green >> BITS, 0, 255);
            to[CHANNELS * i + 2] = (byte) Math.clamp(blue >> BITS, 0, 255);
        }
    }

    /** A mask at another size: the nearest cell, its place found by repeated addition. */
    public static byte[] nearest(byte[] mask, int width, int height, int toWidth, int toHeight) {
        int[] columns = places(width, toWidth);
        int[] rows = places(height, toHeight);
        byte[] out = new byte[toWidth * toHeight];
        for (int y = 0; y < toHeight; y++) {
            for (int x = 0; x < toWidth; x++) {
                out[y * toWidth + x] = mask[rows[y] * width + columns[x]];
            }
        }
        return out;
    }

    private static int[] places(int in, int out) {
        double scale = (double) in / out;
        double at = 0.5 * scale;
        int[] places = new int[out];
        for (int i = 0; i < out; i++) {
            places[i] = Math.min(in - 1, (int) at);
            at += scale;
        }
        return places;
    }
}
