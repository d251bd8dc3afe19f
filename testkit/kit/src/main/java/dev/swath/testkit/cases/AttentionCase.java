package dev.swath.testkit.cases;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Attention;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.List;

/** Few and many keys, masked ones or all visible, dropped weights. */
public final class AttentionCase implements OpCase {
    /** Creates it. */
    public AttentionCase() {}

    @Override
    public Class<?> op() {
        return Attention.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(
                2e-6,
                2e-6,
                "products of up to 37 numbers before an exponential, which makes an absolute error of a score a"
                        + " relative one of a weight");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example(in, "all of one", 1, 1, 1, 1, 1),
                example(in, "one key", 2, 5, 1, 6, 3),
                example(in, "odd", 2, 3, 5, 7, 1),
                example(in, "words", 2, 37, 11, 24, 2),
                example(in, "longer than a vector", 1, 19, 37, 68, 2),
                dropped(in),
                oneLeft(in),
                allVisible(in));
    }

    @Override
    public Example atWork() {
        return example(new Inputs(), AT_WORK, 1, 3600, 20, 256, 1);
    }

    private static Example example(Inputs in, String name, int batch, int queries, int keys, int channels, int heads) {
        Tensor mask = in.mask(batch, keys);
        return example(in, name, batch, queries, keys, channels, heads, mask, 0);
    }

    /** Where every key is hidden, f32 keeps three digits of the scores below the mask; golden data has that case. */
    private static Example oneLeft(Inputs in) {
        Tensor mask = Tensor.of(new float[] {0, 0, 0, 0, 1, 1, 0, 1, 1, 0}, 2, 5);
        return example(in, "one key left", 2, 3, 5, 8, 2, mask, 0);
    }

    /** Without a mask. */
    private static Example allVisible(Inputs in) {
        Tensor ones = Tensor.of(new float[] {1, 1, 1, 1, 1, 1}, 2, 3);
        return Example.of(
                        "every key",
                        (t, v) -> Attention.apply(t, v.get(0), v.get(1), v.get(2), 2, 0.5, 0),
                        in.normal(2, 4, 6),
                        in.normal(2, 3, 6),
                        in.normal(2, 3, 6))
                .withComposed(
                        (t, v) -> Attention.composed(t, v.get(0), v.get(1), v.get(2), mask(t, v, ones), 2, 0.5, 0));
    }

    private static Example dropped(Inputs in) {
        return example(in, "dropped weights", 2, 5, 7, 12, 3, in.mask(2, 7), 0.25)
                .inTraining();
    }

    private static Example example(
            Inputs in,
            String name,
            int batch,
            int queries,
            int keys,
            int channels,
            int heads,
            Tensor mask,
            double dropout) {
        double scale = 1 / Math.sqrt((double) channels / heads);
        return Example.of(
                        name,
                        (t, v) -> Attention.apply(
                                t, v.get(0), v.get(1), v.get(2), mask(t, v, mask), heads, scale, dropout),
                        in.normal(batch, queries, channels),
                        in.normal(batch, keys, channels),
                        in.normal(batch, keys, channels))
                .withComposed((t, v) ->
                        Attention.composed(t, v.get(0), v.get(1), v.get(2), mask(t, v, mask), heads, scale, dropout));
    }

    private static Var mask(Tape tape, List<Var> inputs, Tensor mask) {
        return tape.constant(mask.to(inputs.getFirst().dtype()));
    }
}
