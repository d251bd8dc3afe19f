package dev.swath.kernels.vector;

import dev.swath.kernels.DropoutKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Philox;
import dev.swath.kernels.Slice;

/** {@code dropout}: integer arithmetic without vectors, in chunks of whole blocks on all threads. */
final class VectorDropout implements DropoutKernel {
    private static final int CHUNK = 1 << 14;

    @Override
    public void mask(Slice y, Slice state, long draw, double rate, int n, Execution on) {
        long seed = state.getLong(0);
        long number = state.getLong(1) + draw;
        long threshold = Philox.threshold(rate);
        float kept = (float) (1 / (1 - rate));
        on.forEach(Math.ceilDiv(n, CHUNK), chunk -> {
            int end = Math.min(n, (chunk + 1) * CHUNK);
            float[] out = y.floats();
            int[] words = new int[4];
            for (int i = chunk * CHUNK; i < end; i += 4) {
                Philox.block(seed, number, i / 4, words);
                for (int j = 0; j < Math.min(4, end - i); j++) {
                    out[y.offset() + i + j] = (words[j] & 0xFFFFFFFFL) < threshold ? 0 : kept;
                }
            }
        });
    }
}
