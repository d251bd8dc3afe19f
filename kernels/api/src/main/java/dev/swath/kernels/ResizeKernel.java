package dev.swath.kernels;

/** Bilinear resize of channels-last maps, without antialiasing ({@code resize}). */
public interface ResizeKernel extends Kernel {
    /**
     * Sizes of one resize.
     *
     * @param batch B
     * @param height input height
     * @param width input width
     * @param channels C
     * @param outHeight output height
     * @param outWidth output width
     * @param alignCorners whether the corner cells' centres coincide: source i (in-1)/(out-1), else max(0, (i+0.5) in/out - 0.5)
     */
    record Geometry(
            int batch, int height, int width, int channels, int outHeight, int outWidth, boolean alignCorners) {}

    /** y (B, outH, outW, C) from x (B, H, W, C). */
    void forward(Slice y, Slice x, Geometry g, Execution on);

    /** dx (B, H, W, C) (=). */
    void backward(Slice dx, Slice dy, Geometry g, Execution on);
}
