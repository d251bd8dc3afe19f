package dev.swath.testkit.cases;

import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/** Draws inputs, the same ones in each run. */
final class Inputs {
    private final SplittableRandom random = new SplittableRandom(20);

    /** Numbers of a standard normal distribution. */
    Tensor normal(int... dims) {
        return spread(1, 0, dims);
    }

    /** Normal numbers of that deviation and mean. */
    Tensor spread(double deviation, double mean, int... dims) {
        return mapped(z -> mean + deviation * z, dims);
    }

    /** Standard normal numbers, pushed away from 0 by {@code gap}, so that no kink at 0 lies near. */
    Tensor awayFromZero(double gap, int... dims) {
        return mapped(z -> z + Math.copySign(gap, z), dims);
    }

    /** Numbers of at least {@code least}. */
    Tensor positive(double least, int... dims) {
        return mapped(z -> least + Math.abs(z), dims);
    }

    /** Distinct numbers in random order, at least 0.1 apart: no ties for a maximum. */
    Tensor distinct(int... dims) {
        int n = Shape.of(dims).product(0, dims.length);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            x[i] = x[j];
            x[j] = (i - n / 2) / 8f;
        }
        return Tensor.of(x, dims);
    }

    /** Zeros and ones, the first of each row always 1. */
    Tensor mask(int rows, int columns) {
        float[] x = new float[rows * columns];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % columns == 0 || random.nextInt(3) > 0 ? 1 : 0;
        }
        return Tensor.of(x, rows, columns);
    }

    /** Integers in [0, bound). */
    Tensor ids(int bound, int... dims) {
        return Tensor.of(random.longs(Shape.of(dims).elements(), 0, bound).toArray(), dims);
    }

    private Tensor mapped(DoubleUnaryOperator f, int... dims) {
        float[] x = new float[Shape.of(dims).product(0, dims.length)];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) f.applyAsDouble(random.nextGaussian());
        }
        return Tensor.of(x, dims);
    }
}
