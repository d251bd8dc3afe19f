package dev.swath.kernels.cuda;

import dev.swath.kernels.EmbeddingKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;

/** {@code embedding.cu}. */
final class CudaEmbedding implements EmbeddingKernel {
    private final String types;

    CudaEmbedding(String types) {
        this.types = types;
    }

    @Override
    public void forward(Slice y, Slice table, Slice ids, int rows, int columns, Execution on) {
        CudaExecution.of(on)
                .launch("embedding", "embedding_forward_" + types)
                .cover((long) rows * columns, Blocks.THREADS)
                .block(Blocks.THREADS)
                .at(y)
                .at(table)
                .untyped(ids)
                .i32(ids.storage().dtype().bytes())
                .i64(rows)
                .i32(columns)
                .run();
    }

    @Override
    public void backward(Slice dTable, Slice dy, Slice ids, int padding, int rows, int columns, Execution on) {
        CudaExecution.of(on)
                .launch("embedding", "embedding_backward_" + types)
                .grid(rows * Blocks.ceil(columns, Blocks.THREADS))
                .block(Blocks.THREADS)
                .at(dTable)
                .at(dy)
                .untyped(ids)
                .i32(ids.storage().dtype().bytes())
                .i64(padding)
                .i64(rows)
                .i32(columns)
                .run();
    }
}
