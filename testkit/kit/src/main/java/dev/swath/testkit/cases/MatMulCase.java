package dev.swath.testkit.cases;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.MatMul;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.Arrays;
import java.util.List;

/** Batches, ones that broadcast, single rows and columns. */
public final class MatMulCase implements OpCase {
    /** Creates it. */
    public MatMulCase() {}

    @Override
    public Class<?> op() {
        return MatMul.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(2e-6, 2e-6, "sums of up to 131 products of size 1, in f32");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example("all of one", in.normal(1, 1), in.normal(1, 1)),
                example("odd", in.normal(3, 5), in.normal(5, 7)),
                example("prime", in.normal(13, 37), in.normal(37, 19)),
                example("longer than a vector", in.normal(9, 131), in.normal(131, 35)),
                example("one column", in.normal(17, 5), in.normal(5, 1)),
                example("a batch", in.normal(2, 3, 4, 5), in.normal(2, 3, 5, 7)),
                example("one matrix for a batch", in.normal(3, 2, 5), in.normal(5, 4)),
                example("both repeated", in.normal(2, 1, 3, 5), in.normal(3, 5, 2)));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, new Inputs().normal(3600, 256), new Inputs().normal(256, 256));
    }

    private static Example example(String name, Tensor a, Tensor b) {
        return Example.of(name, (t, v) -> MatMul.apply(t, v.get(0), v.get(1)), a, b)
                .withComposed((t, v) -> products(t, v.get(0), v.get(1)));
    }

    /** All products (..., M, K, N), added up over K. */
    private static Var products(Tape t, Var a, Var b) {
        int[] column = Arrays.copyOf(a.shape().dims(), a.shape().rank() + 1);
        column[a.shape().rank()] = 1;
        int[] row = Arrays.copyOf(b.shape().dims(), b.shape().rank() + 1);
        row[b.shape().rank()] = b.dim(-1);
        row[b.shape().rank() - 1] = b.dim(-2);
        row[b.shape().rank() - 2] = 1;
        Var all = Binary.mul(t, Reshape.apply(t, a, column), Reshape.apply(t, b, row));
        return Reduce.sum(t, all, -2, false);
    }
}
