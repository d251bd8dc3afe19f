package dev.swath.kernels;

import dev.swath.tensor.Storage;
import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional cross-correlation with zero padding on channels-last maps ({@code conv2d}). The input may come as
 * several maps that count as concatenated along the channels, in order; with more than one group it is one map. A
 * rotated convolution needs nothing of its own here: it is a plain one with another weight.
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
     * @param kernel side of the square kernel, in taps
     * @param stride step in both directions
     * @param padding zeros on every side
     * @param groups parts into which input and output channels fall, in order: each part of the output sees its own
     *     part of the input only; divides both. As many as channels is a depthwise convolution
     * @param dilation distance between neighbouring taps, 1 for none left out
     */
    record Geometry(
            int batch,
            int height,
            int width,
            int in,
            int out,
            int kernel,
            int stride,
            int padding,
            int groups,
            int dilation) {
        /** One group, neighbouring taps. */
        public Geometry(int batch, int height, int width, int in, int out, int kernel, int stride, int padding) {
            this(batch, height, width, in, out, kernel, stride, padding, 1, 1);
        }

        /** Output height; 0 or less if the kernel does not fit into the padded map. */
        public int outHeight() {
            return Math.floorDiv(height + 2 * padding - extent(), stride) + 1;
        }

        /** Output width; 0 or less if the kernel does not fit into the padded map. */
        public int outWidth() {
            return Math.floorDiv(width + 2 * padding - extent(), stride) + 1;
        }

        /** Cells that the kernel spans in each direction. */
        public int extent() {
            return dilation * (kernel - 1) + 1;
        }

        /** Input channels of one group. */
        public int groupIn() {
            return in / groups;
        }

        /** Output channels of one group. */
        public int groupOut() {
            return out / groups;
        }

        /** The convolution of one group, as if it were alone. */
        public Geometry group() {
            return new Geometry(batch, height, width, groupIn(), groupOut(), kernel, stride, padding, 1, dilation);
        }

        /** Multiplications and additions of the direct form. */
        public long flops() {
            return 2L * batch * outHeight() * outWidth() * out * groupIn() * kernel * kernel;
        }
    }

    /**
     * y = f(conv(x, weight) + bias).
     *
     * @param y (B, outH, outW, out)
     * @param x maps (B, H, W, channels[i]); the channels add up to {@code in}; one map if there are several groups
     * @param weight (out, in / groups, kernel, kernel) row-major, or what {@link #pack} made of it
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

    /**
     * dWeight (out, in / groups, kernel, kernel) (+=) and dBias (out) (+=, or null); x (B, H, W, in) is the one whole
     * input map.
     */
    void backwardWeight(Slice dWeight, @Nullable Slice dBias, Slice dy, Slice x, Geometry g, Execution on);

    /**
     * The weight (out, in / groups, kernel, kernel) in the form in which {@link #forward} reads it fastest, or the same
     * storage. It can be turned back.
     */
    Storage pack(Slice weight, int out, int in, int kernel, int stride, int groups, int dilation);
}
