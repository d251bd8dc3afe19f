package dev.swath.bench.ops;

/** y (m,n) = x (m,k) weight (n,k) transposed. */
public final class LinearCase implements OperationCase {
    private final int m;
    private final int n;
    private final int k;
    private final float[] x;
    private final float[] weight;

    /** Sizes written as MxNxK. */
    public LinearCase(String shape) {
        int[] sizes = OperationCase.sizes(shape, 3);
        m = sizes[0];
        n = sizes[1];
        k = sizes[2];
        x = OperationCase.noise(1, m * k, 1);
        weight = OperationCase.noise(2, n * k, 1 / Math.sqrt(k));
    }

    public int m() {
        return m;
    }

    public int n() {
        return n;
    }

    public int k() {
        return k;
    }

    public float[] x() {
        return x;
    }

    public float[] weight() {
        return weight;
    }

    /** Floating-point operations of one run. */
    public double flops() {
        return 2.0 * m * n * k;
    }

    @Override
    public int outputs() {
        return m * n;
    }

    @Override
    public double expected(int index) {
        int row = index / n;
        int column = index % n;
        double sum = 0;
        for (int i = 0; i < k; i++) {
            sum += (double) x[row * k + i] * weight[column * k + i];
        }
        return sum;
    }

    @Override
    public double tolerance() {
        return 1e-5;
    }

    @Override
    public String toString() {
        return "linear " + m + "x" + n + "x" + k;
    }
}
