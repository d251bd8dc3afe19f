package dev.swath.kernels.scalar;

import dev.swath.kernels.EmbeddingKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;

/** {@code embedding}, the truth. */
final class ScalarEmbedding implements EmbeddingKernel {
    @Override
    public void forward(Slice y, Slice table, Slice ids, int rows, int columns, Execution on) {
        for (int r = 0; r < rows; r++) {
            int row = (int) ids.getLong(r) * columns;
            for (int c = 0; c < columns; c++) {
                y.set(r * columns + c, table.get(row + c));
            }
        }
    }

    @Override
    public void backward(Slice dTable, Slice dy, Slice ids, int padding, int rows, int columns, Execution on) {
        for (int r = 0; r < rows; r++) {
            int id = (int) ids.getLong(r);
            for (int c = 0; id != padding && c < columns; c++) {
                dTable.add(id * columns + c, dy.get(r * columns + c));
            }
        }
    }
}
