package dev.swath.kernels;

/** Rows of a table by number ({@code embedding}). */
public interface EmbeddingKernel extends Kernel {
    /** y[r] = table[ids[r]]; ids are integers that lie inside the table. */
    void forward(Slice y, Slice table, Slice ids, int rows, int columns, Execution on);

    /** dTable[ids[r]] += dy[r], except for id {@code padding} (-1 for none). */
    void backward(Slice dTable, Slice dy, Slice ids, int padding, int rows, int columns, Execution on);
}
