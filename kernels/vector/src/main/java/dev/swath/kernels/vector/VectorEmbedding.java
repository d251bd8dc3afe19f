package dev.swath.kernels.vector;

import dev.swath.kernels.EmbeddingKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;

/** {@code embedding}. */
final class VectorEmbedding implements EmbeddingKernel {
    private static final int STRIP = 256;

    @Override
    public void forward(Slice y, Slice table, Slice ids, int rows, int columns, Execution on) {
        Chunks.rows(rows, columns, on, (from, to) -> {
            for (int r = from; r < to; r++) {
                int row = table.offset() + Math.toIntExact(ids.getLong(r) * columns);
                System.arraycopy(table.floats(), row, y.floats(), y.offset() + r * columns, columns);
            }
        });
    }

    @Override
    public void backward(Slice dTable, Slice dy, Slice ids, int padding, int rows, int columns, Execution on) {
        // A row may be added to many times: a task owns columns and meets the rows in order.
        Chunks.pieces(columns, STRIP, on, (from, to) -> {
            for (int r = 0; r < rows; r++) {
                long id = ids.getLong(r);
                if (id != padding) {
                    int row = dTable.offset() + Math.toIntExact(id * columns);
                    Rows.add(dTable.floats(), row + from, dy.floats(), dy.offset() + r * columns + from, to - from);
                }
            }
        });
    }
}
