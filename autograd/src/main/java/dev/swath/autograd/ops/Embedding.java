package dev.swath.autograd.ops;

import dev.swath.autograd.OpDetails;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.EmbeddingKernel;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.Arrays;

/** {@code embedding}: rows of a table by number. The padding row takes part in the forward pass but gets no gradient. */
public final class Embedding {
    private static final String OP = "embedding";

    private Embedding() {}

    /**
     * The first rows of a table, as positions 0, 1, 2, ... ask for them: a view, with the gradient of one.
     *
     * @param table (V, D)
     * @return (rows, D)
     */
    public static Var first(Tape tape, Var table, int rows) {
        Ops.requireRank(tape, OP, "table", table, 2);
        Ops.require(tape, rows <= table.dim(0), OP, "the table must have at least " + rows + " rows", table);
        return Narrow.apply(tape, table, 0, 0, rows);
    }

    /**
     * @param table (V, D)
     * @param ids integers of any shape, each in [0, V); on a device from {@link Tape#indices}
     * @param padding id whose row gets no gradient, or -1
     * @return the shape of ids with D appended
     */
    public static Var apply(Tape tape, Var table, Tensor ids, int padding) {
        Ops.requireRank(tape, OP, "table", table, 2);
        Operands operands = Operands.of(tape, OP, "table", table);
        Tensor index = Ops.integers(tape, OP, "ids", ids, operands);
        tape.requireIndices(OP, "id", index, table.dim(0));
        int rows = Math.toIntExact(index.elements());
        int columns = table.dim(1);
        int[] dims = Arrays.copyOf(ids.shape().dims(), ids.rank() + 1);
        dims[ids.rank()] = columns;
        Tensor y = tape.allocate(table.dtype(), Shape.of(dims));
        EmbeddingKernel kernel = operands.kernel(EmbeddingKernel.class);
        kernel.forward(Slice.of(y), Slice.of(Ops.dense(tape, table)), Slice.of(index), rows, columns, tape.execution());
        tape.describe(() -> OpDetails.of("table", table).input("ids", index));
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
                        tape.execution()),
                table);
    }
}
