package dev.swath.kernels;

/**
 * Gathers each 2x2 patch of a channels-last map into one cell of 4C channels, in the order (row, column) (0,0), (1,0),
 * (0,1), (1,1); odd sides count as padded by zeros ({@code patch_merge}).
 */
public interface PatchMergeKernel extends Kernel {
    /** y (B, ceil(H/2), ceil(W/2), 4C) from x (B, H, W, C). */
    void forward(Slice y, Slice x, int batch, int height, int width, int channels, Execution on);

    /** dx (B, H, W, C) (=). */
    void backward(Slice dx, Slice dy, int batch, int height, int width, int channels, Execution on);
}
