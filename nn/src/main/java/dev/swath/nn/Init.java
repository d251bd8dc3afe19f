package dev.swath.nn;

import dev.swath.autograd.RandomSource;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;

/** How a parameter gets its first values. */
@FunctionalInterface
public interface Init {
    /** A fresh f32 tensor of the shape. */
    Tensor create(Shape shape, RandomSource random);

    /** The same value everywhere. */
    static Init constant(double value) {
        return (shape, random) -> fill(shape, () -> value);
    }

    /** Normal with mean 0, cut at +-2 in absolute terms. */
    static Init truncatedNormal(double deviation) {
        return (shape, random) -> {
            RandomGenerator r = random.next();
            return fill(shape, () -> {
                double v;
                do {
                    v = deviation * r.nextGaussian();
                } while (Math.abs(v) > 2);
                return v;
            });
        };
    }

    /** Normal with mean 0. */
    static Init normal(double deviation) {
        return (shape, random) -> {
            RandomGenerator r = random.next();
            return fill(shape, () -> deviation * r.nextGaussian());
        };
    }

    /** Uniform in +-1/sqrt(fanIn). */
    static Init uniform(int fanIn) {
        return within(1 / Math.sqrt(fanIn));
    }

    /** Uniform in +-bound. */
    static Init within(double bound) {
        return (shape, random) -> {
            RandomGenerator r = random.next();
            return fill(shape, () -> (2 * r.nextDouble() - 1) * bound);
        };
    }

    private static Tensor fill(Shape shape, DoubleSupplier values) {
        float[] out = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) values.getAsDouble();
        }
        return Tensor.of(out, shape.dims());
    }
}
