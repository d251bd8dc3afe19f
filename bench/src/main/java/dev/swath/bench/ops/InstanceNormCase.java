package dev.swath.bench.ops;

/** Instance norm, eps 1e-5, without scale and shift: each column of x (L,C) is standardised over its L cells. */
public final class InstanceNormCase implements OperationCase {
    /** Added to the variance. */
    public static final double EPS = 1e-5;

    private final int cells;
    private final int channels;
    private final float[] x;

    /** Sizes written as CELLSxCHANNELS. */
    public InstanceNormCase(String shape) {
        int[] sizes = OperationCase.sizes(shape, 2);
        cells = sizes[0];
        channels = sizes[1];
        x = OperationCase.noise(1, cells * channels, 2);
    }

    public int cells() {
        return cells;
    }

    public int channels() {
        return channels;
    }

    public float[] x() {
        return x;
    }

    @Override
    public int outputs() {
        return cells * channels;
    }

    @Override
    public double expected(int index) {
        int channel = index % channels;
        double mean = 0;
        for (int i = channel; i < x.length; i += channels) {
            mean += x[i] / (double) cells;
        }
        double variance = 0;
        for (int i = channel; i < x.length; i += channels) {
            variance += (x[i] - mean) * (x[i] - mean) / cells;
        }
        return (x[index] - mean) / Math.sqrt(variance + EPS);
    }

    @Override
    public double tolerance() {
        return 1e-5;
    }

    @Override
    public String toString() {
        return "instance norm " + cells + "x" + channels;
    }
}
