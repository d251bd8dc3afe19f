package dev.swath.fianet.image;

import dev.swath.fianet.image.decode.Decoder;
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
        Running running = new Running(image.width(), image.height(), CHANNELS, width, height);
        int[] row = new int[CHANNELS * image.width()];
        for (int y = 0; y < image.height(); y++) {
            for (int i = 0; i < row.length; i++) {
                row[i] = image.rgb()[y * row.length + i] & 0xff;
            }
            running.row(y, row);
        }
        return running.result();
    }

    /**
     * The resize while rows come in, from the topmost down; it holds the sums of those output rows that are not done. Channels
     * are taken apart, so that each sum goes over neighbours in memory.
     */
    static final class Running implements Decoder.Rows {
        private final int channels;
        private final int width;
        private final int height;
        private final @Nullable Filter across;
        private final @Nullable Filter down;
        private final int[] plane;
        private final int[] narrow;
        private final byte[] out;
        private final int[][] sums;
        private int done;

        /** Of one channel, which is gray, or of three. */
        Running(int fromWidth, int fromHeight, int channels, int width, int height) {
            this.channels = channels;
            this.width = width;
            this.height = height;
            across = fromWidth == width ? null : Filter.of(fromWidth, width);
            down = fromHeight == height ? null : Filter.of(fromHeight, height);
            plane = new int[fromWidth];
            narrow = new int[channels * width];
            out = new byte[CHANNELS * width * height];
            sums = new int[down == null ? 0 : height][];
        }

        /** Takes in the next row: samples from 0 to 255 of all channels for each pixel. */
        @Override
        public void row(int y, int[] samples) {
            for (int c = 0; c < channels; c++) {
                int[] from = samples;
                if (channels > 1) {
                    from = plane;
                    for (int x = 0, i = c; x < plane.length; x++, i += channels) {
                        plane[x] = samples[i];
                    }
                }
                if (across == null) {
                    System.arraycopy(from, 0, narrow, c * width, width);
                } else {
                    shrink(from, across, narrow, c * width);
                }
            }
            again(y, samples);
        }

        /** Takes in what it took in last once more. */
        @Override
        public void again(int y, int[] samples) {
            if (down == null) {
                put(y, narrow);
                return;
            }
            for (int i = done; i < height && down.first[i] <= y; i++) {
                if (sums[i] == null) {
                    sums[i] = new int[narrow.length];
                    Arrays.fill(sums[i], 1 << (BITS - 1));
                }
                int weight = down.weights[i][y - down.first[i]];
                int[] sum = sums[i];
                for (int x = 0; x < sum.length; x++) {
                    sum[x] += weight * narrow[x];
                }
            }
            while (done < height && down.first[done] + down.weights[done].length == y + 1) {
                int[] sum = sums[done];
                for (int x = 0; x < sum.length; x++) {
                    sum[x] = Math.clamp(sum[x] >> BITS, 0, 255);
                }
                put(done, sum);
                sums[done++] = null;
            }
        }

        private void put(int y, int[] planes) {
            for (int c = 0; c < CHANNELS; c++) {
                int from = channels == 1 ? 0 : c * width;
                for (int x = 0, to = CHANNELS * y * width + c; x < width; x++, to += CHANNELS) {
                    out[to] = (byte) planes[from + x];
                }
            }
        }

        /** The resized image, once all rows are in. */
        RgbImage result() {
            return new RgbImage(width, height, out);
        }
    }

    private static void shrink(int[] in, Filter f, int[] to, int at) {
        for (int i = 0; i < f.first.length; i++) {
            to[at + i] = Math.clamp(sum(in, f.first[i], f.weights[i]) >> BITS, 0, 255);
        }
    }

    private static int sum(int[] in, int first, int[] weights) {
        int sum = 1 << (BITS - 1);
        for (int x = 0; x < weights.length; x++) {
            sum += weights[x] * in[first + x];
        }
        return sum;
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
