package dev.swath.kernels.cuda;

import dev.swath.kernels.DropoutKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Philox;
import dev.swath.kernels.Slice;

/** {@code dropout.cu}. */
final class CudaDropout implements DropoutKernel {
    private static final int ELEMENTS = 4;

    private final String type;

    CudaDropout(String types) {
        this.type = Blocks.activations(types);
    }

    @Override
    public void mask(Slice y, Slice state, long draw, double rate, int n, Execution on) {
        CudaExecution.of(on)
                .launch("dropout", "dropout_mask_" + type)
                .cover(n, Blocks.THREADS * ELEMENTS)
                .block(Blocks.THREADS)
                .at(y)
                .at(state)
                .i64(draw)
                .i64(Philox.threshold(rate))
                .f32(1 / (1 - rate))
                .i64(n)
                .run();
    }
}
