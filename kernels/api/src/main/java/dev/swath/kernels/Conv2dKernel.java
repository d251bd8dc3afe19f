package dev.swath.kernels;

import dev.swath.tensor.Storage;
import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional cross-correlation with zero padding on channels-last maps ({@code conv2d}). The input may come as
 * several maps that count as concatenated along the channels, in order.
 */
public interface Conv2dKernel extends Kernel {
    /**
     * Sizes of one convolution.
     *
     * @param batch B
     * @param height input height
     * @param width input width
     * @param in input channels, of all maps together
     * @param out output channels
     * @param kernel side of the square kernel
     * @param stride step in both directions
     * @param padding zeros on every side
     */
    record Geometry(int batch, int height, int width, int in, int out, int kernel, int stride, int padding) {
        /** Output height. */
        public int outHeight() {
            return (height + 2 * padding - kernel) / stride + 1;
        }

        /** Output width. */
        public int outWidth() {
            return (width + 2 * padding - kernel) / stride + 1;
        }

        /** Multiplications and additions of the direct form. */
        public long flops() {
            return 2L * batch * outHeight() * outWidth() * out * in * kernel * kernel;
        }
    }

    /**
     * y = f(conv(x, weight) + bias).
     *
     * @param y (B, outH, outW, out)
     * @param x maps (B, H, W, channels[i]); the channels add up to {@code in}
     * @param weight (out, in, kernel, kernel) row-major, or what {@link #pack} made of it
     * @param bias (out) or null
     */
    void forward(
            Slice y,
            Slice[] x,
            int[] channels,
            Slice weight,
            @Nullable Slice bias,
            Activation f,
            Geometry g,
            Execution on);

    /** dx (B, H, W, in) of the one whole input map (=). */
    void backwardInput(Slice dx, Slice dy, Slice weight, Geometry g, Execution on);

    /** dWeight (out, in, kernel, kernel) (+=) and dBias (out) (+=, or null); x (B, H, W, in) is the one whole input map. */
    void backwardWeight(Slice dWeight, @Nullable Slice dBias, Slice dy, Slice x, Geometry g, Execution on);

    /** The weight in the form in which {@link #forward} reads it fastest, or the same storage. It can be turned back. */
    Storage pack(Slice weight, int out, int in, int kernel, int stride);
}
