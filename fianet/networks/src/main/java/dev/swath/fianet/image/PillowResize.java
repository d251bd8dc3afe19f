package dev.swath.fianet.image;

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
        byte[] rows = image.rgb();
        if (width != image.width()) {
            rows = rows(rows, image.height(), image.width() * 3, Filter.of(image.width(), width));
        }
        if (height != image.height()) {
            rows = columns(rows, width * 3, Filter.of(image.height(), height));
        }
        return new RgbImage(width, height, rows == image.rgb() ? rows.clone() : rows);
    }

    private static byte[] rows(byte[] in, int lines, int lineLength, Filter f) {
        int out = f.first.length;
        byte[] to = new byte[lines * out * CHANNELS];
        for (int y = 0; y < lines; y++) {
            for (int i = 0; i < out; i++) {
                int[] w = f.weights[i];
                int base = y * lineLength + f.first[i] * CHANNELS;
                for (int c = 0; c < CHANNELS; c++) {
                    int sum = 1 << (BITS - 1);
                    for (int x = 0; x < w.length; x++) {
                        sum += w[x] * (in[base + x * CHANNELS + c] & 0xff);
                    }
                    to[(y * out + i) * CHANNELS + c] = (byte) Math.clamp(sum >> BITS, 0, 255);
                }
            }
        }
        return to;
    }

    private static byte[] columns(byte[] in, int lineLength, Filter f) {
        byte[] to = new byte[f.first.length * lineLength];
        for (int i = 0; i < f.first.length; i++) {
            int[] w = f.weights[i];
            for (int x = 0; x < lineLength; x++) {
                int sum = 1 << (BITS - 1);
                for (int y = 0; y < w.length; y++) {
                    sum += w[y] * (in[(f.first[i] + y) * lineLength + x] & 0xff);
                }
                to[i * lineLength + x] = (byte) Math.clamp(sum >> BITS, 0, 255);
            }
        }
        return to;
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
