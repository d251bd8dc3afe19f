package dev.swath.kernels.cuda;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.UnaryKernel;

/** {@code unary.cu}. */
final class CudaUnary implements UnaryKernel {
    private final String type;
    private final int perBlock;

    CudaUnary(String types) {
        this.type = Blocks.activations(types);
        this.perBlock = Blocks.THREADS * Blocks.wide(types);
    }

    @Override
    public void forward(Slice y, Slice x, Activation f, int n, Execution on) {
        CudaExecution.of(on)
                .launch("unary", "unary_forward_" + type)
                .cover(n, perBlock)
                .block(Blocks.THREADS)
                .at(y)
                .at(x)
                .i32(f.ordinal())
                .i64(n)
                .run();
    }

    @Override
    public void backward(Slice dx, Slice dy, Slice x, Activation f, int n, Execution on) {
        CudaExecution.of(on)
                .launch("unary", "unary_backward_" + type)
                .cover(n, perBlock)
                .block(Blocks.THREADS)
                .at(dx)
                .at(dy)
                .at(x)
                .i32(f.ordinal())
                .i64(n)
                .run();
    }
}
