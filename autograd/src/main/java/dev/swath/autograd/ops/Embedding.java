package dev.swath.autograd.ops;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.EmbeddingKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.Arrays;

/** {@code embedding}: rows of a table by number. The padding row takes part in the forward pass but gets no gradient. */
public final class Embedding {
    private static final String OP = "embedding";

    private Embedding() {}

    /**
     * @param table (V, D)
     * @param ids integers of any shape, each in [0, V)
     * @param padding id whose row gets no gradient, or -1
     * @return the shape of ids with D appended
     */
    public static Var apply(Tape tape, Var table, Tensor ids, int padding) {
        Ops.requireRank(tape, OP, "table", table, 2);
        Tensor index = ids.contiguous();
        int rows = Math.toIntExact(index.elements());
        int vocabulary = table.dim(0);
        int columns = table.dim(1);
        HostStorage host = (HostStorage) index.storage();
        for (int i = 0; i < rows; i++) {
            long id = host.getLong(index.offset() + i);
            if (id < 0 || id >= vocabulary) {
                throw tape.error(OP, "every id must lie in [0, " + vocabulary + ")", id + " at position " + i);
            }
        }
        int[] dims = Arrays.copyOf(ids.shape().dims(), ids.rank() + 1);
        dims[ids.rank()] = columns;
        Tensor y = tape.allocate(table.dtype(), Shape.of(dims));
        EmbeddingKernel kernel = tape.kernel(EmbeddingKernel.class, table.dtype());
        kernel.forward(
                Slice.of(y), Slice.of(Ops.dense(tape, table)), Slice.of(index), rows, columns, tape.parallelism());
        return tape.record(
                OP,
                y,
                0,
                (dy, g) -> kernel.backward(
                        Slice.of(g.accumulate(0)),
                        Slice.of(dy),
                        Slice.of(index),
                        padding,
                        rows,
                        columns,
                        tape.parallelism()),
                table);
    }
}
