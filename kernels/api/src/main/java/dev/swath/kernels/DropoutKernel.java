package dev.swath.kernels;

/** Random masks of dropout ({@code dropout}): the same bits on every backend, from {@link Philox}. */
public interface DropoutKernel extends Kernel {
    /**
     * y[i] = 0 where word i of the draw, as an unsigned 32-bit number, is below ceil(2^32 rate), else 1 / (1 - rate).
     *
     * @param y n elements
     * @param state i64 (2): the seed, and the number of the pass's first draw; read from memory, so that a recorded pass can
     *     be run again with other numbers
     * @param draw number of this draw within the pass, from 0
     * @param rate probability of 0, in [0, 1)
     */
    void mask(Slice y, Slice state, long draw, double rate, int n, Execution on);
}
