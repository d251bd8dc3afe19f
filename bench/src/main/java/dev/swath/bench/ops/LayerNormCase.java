package dev.swath.bench.ops;

/** Layer norm of the rows of x (rows,columns), eps 1e-5, with scale and shift. */
public final class LayerNormCase implements OperationCase {
    /** Added to the variance. */
    public static final double EPS = 1e-5;

    private final int rows;
    private final int columns;
    private final float[] x;
    private final float[] weight;
    private final float[] bias;

    /** Sizes written as ROWSxCOLUMNS. */
    public LayerNormCase(String shape) {
        int[] sizes = OperationCase.sizes(shape, 2);
        rows = sizes[0];
        columns = sizes[1];
        x = OperationCase.noise(1, rows * columns, 2);
        weight = OperationCase.noise(2, columns, 1);
        bias = OperationCase.noise(3, columns, 1);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public float[] x() {
        return x;
    }

    public float[] weight() {
        return weight;
    }

    public float[] bias() {
        return bias;
    }

    @Override
    public int outputs() {
        return rows * columns;
    }

    @Override
    public double expected(int index) {
        int start = index / columns * columns;
        double mean = 0;
        for (int i = 0; i < columns; i++) {
            mean += x[start + i] / (double) columns;
        }
        double variance = 0;
        for (int i = 0; i < columns; i++) {
            double d = x[start + i] - mean;
            variance += d * d / columns;
        }
        int column = index - start;
        return (x[index] - mean) / Math.sqrt(variance + EPS) * weight[column] + bias[column];
    }

    @Override
    public double tolerance() {
        return 1e-5;
    }

    @Override
    public String toString() {
        return "layer norm " + rows + "x" + columns;
    }
}
