package dev.swath.bench.ops;

/** y (side,side,out) = 3x3 convolution with zero padding 1 of x (side,side,in) with weight (out,in,3,3). */
public final class ConvolutionCase implements OperationCase {
    private final int in;
    private final int out;
    private final int side;
    private final float[] x;
    private final float[] weight;

    /** Sizes written as INxOUTxSIDE. */
    public ConvolutionCase(String shape) {
        int[] sizes = OperationCase.sizes(shape, 3);
        in = sizes[0];
        out = sizes[1];
        side = sizes[2];
        x = OperationCase.noise(1, side * side * in, 1);
        weight = OperationCase.noise(2, out * in * 9, 1 / Math.sqrt(9.0 * in));
    }

    public int in() {
        return in;
    }

    public int out() {
        return out;
    }

    public int side() {
        return side;
    }

    public float[] x() {
        return x;
    }

    public float[] weight() {
        return weight;
    }

    /** Floating-point operations of one run in the direct form. */
    public double flops() {
        return 18.0 * side * side * in * out;
    }

    @Override
    public int outputs() {
        return side * side * out;
    }

    @Override
    public double expected(int index) {
        int channel = index % out;
        int row = index / out / side;
        int column = index / out % side;
        double sum = 0;
        for (int dy = -1; dy <= 1; dy++) {
            for (int dx = -1; dx <= 1; dx++) {
                int sourceRow = row + dy;
                int sourceColumn = column + dx;
                if (sourceRow >= 0 && sourceRow < side && sourceColumn >= 0 && sourceColumn < side) {
                    int source = (sourceRow * side + sourceColumn) * in;
                    int tap = (dy + 1) * 3 + dx + 1;
                    for (int i = 0; i < in; i++) {
                        sum += (double) x[source + i] * weight[(channel * in + i) * 9 + tap];
                    }
                }
            }
        }
        return sum;
    }

    /** Room for Winograd's algorithm, whose transforms cost a digit. */
    @Override
    public double tolerance() {
        return 3e-5;
    }

    @Override
    public String toString() {
        return "convolution " + in + " to " + out + " on " + side + "x" + side;
    }
}
