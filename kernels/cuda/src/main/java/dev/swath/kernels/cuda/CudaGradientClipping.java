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
    private static final int CHUNK = 2;
    private static final int ELEMENTS_A_BLOCK = 1 << 14;

    private final String type;
    private final Tables tables = new Tables();

    /** The type is the parameters', as gradients of parameters have it. */
    CudaGradientClipping(String types) {
        this.type = types.equals("bf16") ? "bf16" : "f32";
    }

    @Override
    public void norm(Slice norm, List<Slice> gradients, int[] n, Execution on) {
        CudaExecution e = CudaExecution.of(on);
        int blocks = blocks(n);
        Storage parts = e.borrow(DType.F64, Math.max(1, blocks));
        Slice part = Slice.of(parts, 0);
        if (blocks > 0) {
            e.launch(FILE, "gradient_clipping_squares_" + type)
                    .grid(blocks)
                    .block(Blocks.THREADS)
                    .at(part)
                    .untyped(table(gradients, n, blocks, e))
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
        int blocks = blocks(n);
        if (blocks == 0) {
            return;
        }
        e.launch(FILE, "gradient_clipping_scale_" + type)
                .grid(blocks)
                .block(Blocks.THREADS)
                .untyped(table(gradients, n, blocks, e))
                .at(norm)
                .f64(maxNorm)
                .run();
    }

    private static int blocks(int[] n) {
        long blocks = 0;
        for (int count : n) {
            blocks += Blocks.ceil(count, ELEMENTS_A_BLOCK);
        }
        return Math.toIntExact(blocks);
    }

    /** The structures Chunk of gradient_clipping.cu. */
    private Slice table(List<Slice> gradients, int[] n, int blocks, CudaExecution e) {
        long[] t = new long[CHUNK * blocks];
        int at = 0;
        for (int i = 0; i < n.length; i++) {
            int bytes = gradients.get(i).storage().dtype().bytes();
            for (long from = 0; from < n[i]; from += ELEMENTS_A_BLOCK) {
                t[at++] = e.backend().address(gradients.get(i)) + from * bytes;
                t[at++] = Math.min(ELEMENTS_A_BLOCK, n[i] - from);
            }
        }
        return tables.of(t, e.backend());
    }
}
