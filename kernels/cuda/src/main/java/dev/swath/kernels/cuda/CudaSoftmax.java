package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.SoftmaxKernel;

/** {@code softmax.cu}. */
final class CudaSoftmax implements SoftmaxKernel {
    private static final int THREAD_COLUMNS = 8;
    private static final int WARP_COLUMNS = 2048;

    private final String type;

    CudaSoftmax(String types) {
        this.type = Blocks.activations(types);
    }

    @Override
    public void forward(Slice y, Slice x, boolean log, int rows, int columns, Execution on) {
        launch("softmax_forward_", rows, columns, on)
                .at(y)
                .at(x)
                .i32(log ? 1 : 0)
                .i64(rows)
                .i32(columns)
                .run();
    }

    @Override
    public void backward(Slice dx, Slice dy, Slice y, boolean log, int rows, int columns, Execution on) {
        launch("softmax_backward_", rows, columns, on)
                .at(dx)
                .at(dy)
                .at(y)
                .i32(log ? 1 : 0)
                .i64(rows)
                .i32(columns)
                .run();
    }

    private Launch launch(String kernel, long rows, int columns, Execution on) {
        String team = columns <= THREAD_COLUMNS ? "thread_" : columns <= WARP_COLUMNS ? "warp_" : "block_";
        int threads = columns <= THREAD_COLUMNS ? 1 : columns <= WARP_COLUMNS ? 32 : Blocks.THREADS;
        return CudaExecution.of(on)
                .launch("softmax", kernel + team + type)
                .grid(columns == 0 ? 0 : Blocks.ceil(rows * threads, Blocks.THREADS))
                .block(Blocks.THREADS);
    }
}
