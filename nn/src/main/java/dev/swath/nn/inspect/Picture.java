package dev.swath.nn.inspect;

import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A small picture of a map: the mean over its channels at each cell, of the first sample; where a side has more than {@value
 * #LARGEST} cells, picture cell i of m is the mean over the map's cells floor(i n / m) to ceil((i+1) n / m) - 1.
 *
 * @param height rows
 * @param width columns
 * @param values row by row
 */
public record Picture(int height, int width, float[] values) {
    /** Most cells of a side. */
    public static final int LARGEST = 64;

    /**
     * Of a map (B, H, W, C) or cells (B, L, C) or (L, C); null of other tensors.
     *
     * @param gridHeight H of cells that are a map's, row by row, or 0 where they are none (words): then there are L rows and a column
     *     for each channel
     */
    public static @Nullable Picture of(Tensor tensor, int gridHeight) {
        int rank = tensor.rank();
        if (rank < 2 || rank > 4 || tensor.elements() == 0 || !tensor.dtype().isFloating()) {
            return null;
        }
        Tensor one = tensor;
        for (int axes = rank; axes > (rank == 4 ? 3 : 2); axes--) {
            one = one.select(0, 0);
        }
        Tensor dense = one.isContiguous() ? one : one.copy();
        boolean direct = dense.storage() instanceof HostStorage.Floats;
        float[] x = dense.storage() instanceof HostStorage.Floats floats ? floats.array() : dense.toFloatArray();
        int from = direct ? Math.toIntExact(dense.offset()) : 0;
        if (rank == 4) {
            return pooled(x, from, one.dim(0), one.dim(1), one.dim(2));
        }
        int rows = gridHeight > 0 ? gridHeight : one.dim(0);
        return gridHeight > 0
                ? pooled(x, from, rows, one.dim(0) / rows, one.dim(1))
                : pooled(x, from, one.dim(0), one.dim(1), 1);
    }

    private static Picture pooled(float[] x, int from, int height, int width, int channels) {
        int outHeight = Math.min(height, LARGEST);
        int outWidth = Math.min(width, LARGEST);
        float[] out = new float[outHeight * outWidth];
        for (int i = 0; i < outHeight; i++) {
            int top = (int) ((long) i * height / outHeight);
            int bottom = Math.ceilDiv((i + 1) * height, outHeight);
            for (int j = 0; j < outWidth; j++) {
                int left = (int) ((long) j * width / outWidth);
                int right = Math.ceilDiv((j + 1) * width, outWidth);
                double sum = 0;
                for (int r = top; r < bottom; r++) {
                    int end = from + (r * width + right) * channels;
                    for (int at = from + (r * width + left) * channels; at < end; at++) {
                        sum += x[at];
                    }
                }
                out[i * outWidth + j] = (float) (sum / ((long) (bottom - top) * (right - left) * channels));
            }
        }
        return new Picture(outHeight, outWidth, out);
    }
}
