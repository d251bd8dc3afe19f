package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.GradientClippingKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.util.List;

/** {@code gradient_clipping.cu}. */
final class CudaGradientClipping implements GradientClippingKernel {
    private static final String FILE = "gradient_clipping";

    private final String type;
    private final Tables tables = new Tables();

    /** The type is the parameters', as gradients of parameters have it. */
    CudaGradientClipping(String types) {
        this.type = types.equals("bf16") ? "bf16" : "f32";
    }

    @Override
    public void norm(Slice norm, List<Slice> gradients, int[] n, Execution on) {
        CudaExecution e = CudaExecution.of(on);
        int blocks = Tables.chunks(n);
        Storage parts = e.borrow(DType.F64, Math.max(1, blocks));
        Slice part = Slice.of(parts, 0);
        if (blocks > 0) {
            e.launch(FILE, "gradient_clipping_squares_" + type)
                    .grid(blocks)
                    .block(Blocks.THREADS)
                    .at(part)
                    .untyped(tables.ofChunks(gradients, n, e.backend()))
                    .run();
        }
        e.launch(FILE, "gradient_clipping_norm")
                .grid(1)
                .block(Blocks.THREADS)
                .at(norm)
                .at(part)
                .i64(blocks)
                .run();
        e.giveBack(parts);
    }

    @Override
    public void scale(List<Slice> gradients, int[] n, Slice norm, double maxNorm, Execution on) {
        CudaExecution e = CudaExecution.of(on);
        int blocks = Tables.chunks(n);
        if (blocks == 0) {
            return;
        }
        e.launch(FILE, "gradient_clipping_scale_" + type)
                .grid(blocks)
                .block(Blocks.THREADS)
                .untyped(tables.ofChunks(gradients, n, e.backend()))
                .at(norm)
                .f64(maxNorm)
                .run();
    }
}
