package dev.swath.kernels.vector;

import dev.swath.kernels.EmbeddingKernel;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;

/** {@code embedding}. */
final class VectorEmbedding implements EmbeddingKernel {
    private static final int STRIP = 256;

    @Override
    public void forward(Slice y, Slice table, Slice ids, int rows, int columns, Parallelism p) {
        Chunks.rows(rows, columns, p, (from, to) -> {
            for (int r = from; r < to; r++) {
                int row = table.offset() + Math.toIntExact(ids.getLong(r) * columns);
                System.arraycopy(table.floats(), row, y.floats(), y.offset() + r * columns, columns);
            }
        });
    }

    @Override
    public void backward(Slice dTable, Slice dy, Slice ids, int padding, int rows, int columns, Parallelism p) {
        // A row may be added to many times: a task owns columns and meets the rows in order.
        Chunks.pieces(columns, STRIP, p, (from, to) -> {
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
