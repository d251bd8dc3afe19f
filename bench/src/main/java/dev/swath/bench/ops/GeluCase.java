package dev.swath.bench.ops;

/** The exact GELU x/2 (1 + erf(x / sqrt 2)) of each of n values. */
public final class GeluCase implements OperationCase {
    private final float[] x;

    /** The number of values. */
    public GeluCase(String shape) {
        x = OperationCase.noise(1, OperationCase.sizes(shape, 1)[0], 1.5);
    }

    public float[] x() {
        return x;
    }

    @Override
    public int outputs() {
        return x.length;
    }

    @Override
    public double expected(int index) {
        return x[index] * 0.5 * (1 + erf(x[index] / Math.sqrt(2)));
    }

    /** The error function by the series 2/sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (2n+1)!!, whose terms have one sign. */
    private static double erf(double x) {
        if (Math.abs(x) > 6) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    @Override
    public double tolerance() {
        return 1e-6;
    }

    @Override
    public String toString() {
        return "gelu " + x.length;
    }
}
