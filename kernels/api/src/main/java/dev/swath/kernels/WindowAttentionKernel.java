package dev.swath.kernels;

import org.jspecify.annotations.Nullable;

/**
 * Swin's attention inside shifted windows, read from and written to the grid by index: nothing is padded, rolled, cut or
 * masked in memory ({@code window_attention}).
 */
public interface WindowAttentionKernel extends Kernel {
    /**
     * Sizes.
     *
     * @param batch B
     * @param height H, real rows
     * @param width W, real columns
     * @param channels C
     * @param heads number of heads; D = C / heads
     * @param window M, the side of a window; the grid counts as padded at the right and bottom to multiples of it
     * @param shift cells by which the padded grid is rolled up and left first, 0 for none
     */
    record Geometry(int batch, int height, int width, int channels, int heads, int window, int shift) {}

    /**
     * y = softmax(q k^T / sqrt D + bias + mask) v per window and head. A padded cell has q, k, v equal to {@code qkvBias};
     * it is not masked. With a shift, cells of different regions get -100.
     *
     * @param y (B, H, W, C)
     * @param logSum (B, windows, heads, M M): log of each row's sum of exponentials, or null if no backward follows
     * @param qkv (B, H, W, 3C): q, k, v, each split by head
     * @param qkvBias (3C)
     * @param table ((2M-1)^2, heads)
     */
    void forward(Slice y, @Nullable Slice logSum, Slice qkv, Slice qkvBias, Slice table, Geometry g, Execution on);

    /** dQkv (=), dQkvBias (+=, the padded cells' part, or null), dTable (+=, or null). */
    void backward(
            Slice dQkv,
            @Nullable Slice dQkvBias,
            @Nullable Slice dTable,
            Slice dy,
            Slice y,
            Slice logSum,
            Slice qkv,
            Slice qkvBias,
            Slice table,
            Geometry g,
            Execution on);
}
