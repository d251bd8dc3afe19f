package dev.swath.bench.ops;

/** Softmax of the rows of x (rows,columns). */
public final class SoftmaxCase implements OperationCase {
    private final int rows;
    private final int columns;
    private final float[] x;

    /** Sizes written as ROWSxCOLUMNS. */
    public SoftmaxCase(String shape) {
        int[] sizes = OperationCase.sizes(shape, 2);
        rows = sizes[0];
        columns = sizes[1];
        x = OperationCase.noise(1, rows * columns, 2);
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

    @Override
    public int outputs() {
        return rows * columns;
    }

    @Override
    public double expected(int index) {
        int start = index / columns * columns;
        double sum = 0;
        for (int i = 0; i < columns; i++) {
            sum += Math.exp(x[start + i]);
        }
        return Math.exp(x[index]) / sum;
    }

    @Override
    public double tolerance() {
        return 1e-5;
    }

    @Override
    public String toString() {
        return "softmax " + rows + "x" + columns;
    }
}
