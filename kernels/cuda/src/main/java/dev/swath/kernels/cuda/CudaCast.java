package dev.swath.kernels.cuda;

import dev.swath.kernels.CastKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;

/** {@code cast.cu}. */
final class CudaCast implements CastKernel {
    private static final int THREADS = 256;
    private static final int EACH = 8;

    private final String types;

    /** From and to the types of that suffix: {@code bf16_f32} makes bf16 of f32. */
    CudaCast(String types) {
        this.types = types;
    }

    @Override
    public void cast(Slice y, Slice x, long n, Execution on) {
        CudaExecution e = CudaExecution.of(on);
        e.launch("cast", "cast_" + types)
                .cover(n, EACH * THREADS)
                .block(THREADS)
                .at(y)
                .at(x)
                .i64(n)
                .run();
        e.changed(y);
    }
}
