package dev.swath.bench.ops;

/** Bilinear resize, corners aligned, of a map (side,side,C) to (outSide,outSide,C). */
public final class ResizeCase implements OperationCase {
    private final int side;
    private final int outSide;
    private final int channels;
    private final float[] x;

    /** Sizes written as SIDExOUTxCHANNELS. */
    public ResizeCase(String shape) {
        int[] sizes = OperationCase.sizes(shape, 3);
        side = sizes[0];
        outSide = sizes[1];
        channels = sizes[2];
        x = OperationCase.noise(1, side * side * channels, 1);
    }

    public int side() {
        return side;
    }

    public int outSide() {
        return outSide;
    }

    public int channels() {
        return channels;
    }

    public float[] x() {
        return x;
    }

    @Override
    public int outputs() {
        return outSide * outSide * channels;
    }

    @Override
    public double expected(int index) {
        int channel = index % channels;
        double row = source(index / channels / outSide);
        double column = source(index / channels % outSide);
        int top = (int) row;
        int left = (int) column;
        double down = row - top;
        double right = column - left;
        double upper = at(top, left, channel) * (1 - right) + at(top, left + 1, channel) * right;
        double lower = at(top + 1, left, channel) * (1 - right) + at(top + 1, left + 1, channel) * right;
        return upper * (1 - down) + lower * down;
    }

    private double source(int position) {
        return outSide == 1 ? 0 : position * (side - 1.0) / (outSide - 1);
    }

    private double at(int row, int column, int channel) {
        int nearRow = Math.min(row, side - 1);
        int nearColumn = Math.min(column, side - 1);
        return x[(nearRow * side + nearColumn) * channels + channel];
    }

    /** Source positions in 32-bit floats are off by up to 1e-5 of a cell. */
    @Override
    public double tolerance() {
        return 3e-5;
    }

    @Override
    public String toString() {
        return "resize " + side + " to " + outSide + ", " + channels + " channels";
    }
}
