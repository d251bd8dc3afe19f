package dev.swath.kernels;

import org.jspecify.annotations.Nullable;

/** Attention from L queries to N keys under a mask of the keys: BERT's self-attention and pixels to words ({@code attention}). */
public interface AttentionKernel extends Kernel {
    /**
     * Sizes.
     *
     * @param batch B
     * @param queries L
     * @param keys N
     * @param channels C, the width of q, k, v and y; head h has channels h C/heads .. (h+1) C/heads - 1
     * @param heads number of heads
     * @param scale multiplied to every q k^T
     */
    record Geometry(int batch, int queries, int keys, int channels, int heads, double scale) {}

    /**
     * y = softmax(scale q k^T + 1e4 mask - 1e4) v per head.
     *
     * @param y (B, L, C)
     * @param probabilities (B, heads, L, N) after the softmax, before dropout; or null if no backward follows
     * @param q (B, L, C) at row stride {@code rowQ}
     * @param k (B, N, C) at row stride {@code rowK}
     * @param v (B, N, C) at row stride {@code rowV}
     * @param mask (B, N), 1 for a visible key
     * @param dropout (B, heads, L, N), 0 or 1 / (1 - rate), multiplied to the probabilities; or null
     */
    void forward(
            Slice y,
            @Nullable Slice probabilities,
            Slice q,
            long rowQ,
            Slice k,
            long rowK,
            Slice v,
            long rowV,
            Slice mask,
            @Nullable Slice dropout,
            Geometry g,
            Execution on);

    /** dq, dk, dv (=), all dense. */
    void backward(
            Slice dq,
            Slice dk,
            Slice dv,
            Slice dy,
            Slice probabilities,
            Slice q,
            long rowQ,
            Slice k,
            long rowK,
            Slice v,
            long rowV,
            @Nullable Slice dropout,
            Geometry g,
            Execution on);
}
