package dev.swath.testkit.cases;

import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Embedding;
import dev.swath.autograd.ops.MatMul;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Repeated ids, a padding row, columns longer than a vector. */
public final class EmbeddingCase implements OpCase {
    /** Creates it. */
    public EmbeddingCase() {}

    @Override
    public Class<?> op() {
        return Embedding.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(0, 3e-7, "rows are copied exactly; the gradient of a row adds up its uses");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        Tensor ids = in.ids(5, 3, 7);
        return List.of(
                example("one row of one number", in.normal(1, 1), Tensor.of(new long[] {0}, 1)),
                example("odd", in.normal(5, 3), ids),
                example("longer than a vector", in.normal(11, 67), in.ids(11, 2, 13)),
                Example.of(
                        "one use of the padding row, which gets no gradient",
                        (t, v) -> Binary.add(
                                t,
                                Embedding.apply(t, v.get(0), t.indices(Tensor.of(new long[] {1, 2, 1}, 3), 3), 0),
                                t.constant(Tensor.zeros(v.get(0).dtype(), Shape.of(3, 4)))),
                        in.normal(3, 4)));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs().normal(3000, 768), new Inputs().ids(3000, 3, 20));
    }

    private static Example example(String name, Tensor table, Tensor ids) {
        return Example.of(name, (t, v) -> Embedding.apply(t, v.get(0), t.indices(ids, table.dim(0)), -1), table)
                .withComposed((t, v) -> MatMul.apply(t, t.constant(oneHot(ids, v.get(0))), v.get(0)));
    }

    /** The shape of ids with the rows of the table appended: 1 at the id, else 0. */
    private static Tensor oneHot(Tensor ids, Var table) {
        int rows = table.dim(0);
        long[] id = ids.toLongArray();
        Tensor hot = Tensor.zeros(table.dtype(), Shape.of(id.length, rows));
        for (int i = 0; i < id.length; i++) {
            hot.set(1, i, (int) id[i]);
        }
        int[] dims = java.util.Arrays.copyOf(ids.shape().dims(), ids.rank() + 1);
        dims[ids.rank()] = rows;
        return ids.rank() == 1 ? hot : hot.reshape(dims);
    }
}
