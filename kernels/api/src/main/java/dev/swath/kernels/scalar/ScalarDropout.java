package dev.swath.kernels.scalar;

import dev.swath.kernels.DropoutKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Philox;
import dev.swath.kernels.Slice;

/** {@code dropout}, the truth. */
final class ScalarDropout implements DropoutKernel {
    @Override
    public void mask(Slice y, Slice state, long draw, double rate, int n, Execution on) {
        long seed = state.getLong(0);
        long number = state.getLong(1) + draw;
        long threshold = Philox.threshold(rate);
        double kept = 1 / (1 - rate);
        int[] words = new int[4];
        for (int i = 0; i < n; i++) {
            if (i % 4 == 0) {
                Philox.block(seed, number, i / 4, words);
            }
            y.set(i, (words[i % 4] & 0xFFFFFFFFL) < threshold ? 0 : kept);
        }
    }
}
