package dev.swath.testkit.cases;

import dev.swath.autograd.ops.BatchNorm;
import dev.swath.kernels.Activation;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.OpCase;
import java.util.List;

/** By the statistics of the batch and by running ones, alone and with ReLU behind. */
public final class BatchNormCase implements OpCase {
    /** Creates it. */
    public BatchNormCase() {}

    @Override
    public Class<?> op() {
        return BatchNorm.class;
    }

    @Override
    public Tolerance tolerance() {
        return new Tolerance(
                1e-6,
                2e-6,
                "the mean of inputs around 3 cancels to size 1; gradients of parameters add up to 300 numbers");
    }

    @Override
    public List<Example> examples() {
        Inputs in = new Inputs();
        return List.of(
                example("one value, running", false, Activation.IDENTITY, in, 1, 1),
                example("two values", true, Activation.IDENTITY, in, 2, 1),
                example("odd", true, Activation.IDENTITY, in, 5, 3),
                example("prime, running", false, Activation.IDENTITY, in, 7, 13),
                example("longer than a vector", true, Activation.IDENTITY, in, 37, 67),
                example("tall", true, Activation.IDENTITY, in, 300, 5),
                example("relu", true, Activation.RELU, in, 37, 19),
                example("relu, running", false, Activation.RELU, in, 41, 34),
                example("tall, relu", true, Activation.RELU, in, 257, 16));
    }

    @Override
    public Example atWork() {
        return example(AT_WORK, true, Activation.RELU, new Inputs(), 3600, 512);
    }

    private static Example example(String name, boolean training, Activation f, Inputs in, int rows, int channels) {
        // Two values become -1 and 1 whatever they are, and nothing would be left of the gradient but what eps leaves.
        double eps = rows == 2 ? 0.5 : 1e-3;
        Tensor mean = in.normal(channels);
        Tensor variance = in.positive(0.5, channels);
        Example example = Example.of(
                        name,
                        (t, v) -> BatchNorm.apply(
                                t,
                                v.get(0),
                                v.get(1),
                                v.get(2),
                                t.constant(mean.copy()).value(),
                                t.constant(variance.copy()).value(),
                                null,
                                0.1,
                                eps,
                                f),
                        in.spread(1, 3, 1, rows, channels),
                        in.normal(channels),
                        in.normal(channels))
                .withParameters(1, 2)
                .withComposed((t, v) -> BatchNorm.composed(t, v.get(0), v.get(1), v.get(2), mean, variance, eps, f));
        return training ? example.inTraining() : example;
    }
}
