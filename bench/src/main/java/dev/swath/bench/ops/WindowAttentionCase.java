package dev.swath.bench.ops;

import java.util.HashMap;
import java.util.Map;

/**
 * One attention layer of Swin on a map (side,side,C), from the normalised map to what is added to the residual: the
 * projection to queries, keys and values, attention inside windows of 12x12 with relative position bias (shifted: with
 * mask), and the output projection. The map counts as padded with zeros to multiples of the window.
 */
public final class WindowAttentionCase implements OperationCase {
    /** Side of a window. */
    public static final int WINDOW = 12;

    private static final int CELLS = WINDOW * WINDOW;

    private final int side;
    private final int channels;
    private final int heads;
    private final int shift;
    private final float[] x;
    private final float[] qkvWeight;
    private final float[] qkvBias;
    private final float[] table;
    private final float[] outWeight;
    private final float[] outBias;
    private final Map<Integer, double[]> mixedRows = new HashMap<>();

    /** Sizes written as SIDExCHANNELSxHEADSxSHIFT. */
    public WindowAttentionCase(String shape) {
        int[] sizes = OperationCase.sizes(shape, 4);
        side = sizes[0];
        channels = sizes[1];
        heads = sizes[2];
        shift = sizes[3];
        double scale = 1 / Math.sqrt(channels);
        x = OperationCase.noise(1, side * side * channels, 1);
        qkvWeight = OperationCase.noise(2, 3 * channels * channels, scale);
        qkvBias = OperationCase.noise(3, 3 * channels, 0.1);
        table = OperationCase.noise(4, (2 * WINDOW - 1) * (2 * WINDOW - 1) * heads, 0.5);
        outWeight = OperationCase.noise(5, channels * channels, scale);
        outBias = OperationCase.noise(6, channels, 0.1);
    }

    public int side() {
        return side;
    }

    public int channels() {
        return channels;
    }

    public int heads() {
        return heads;
    }

    public int shift() {
        return shift;
    }

    public float[] x() {
        return x;
    }

    public float[] qkvWeight() {
        return qkvWeight;
    }

    public float[] qkvBias() {
        return qkvBias;
    }

    public float[] table() {
        return table;
    }

    public float[] outWeight() {
        return outWeight;
    }

    public float[] outBias() {
        return outBias;
    }

    @Override
    public int outputs() {
        return side * side * channels;
    }

    @Override
    public double expected(int index) {
        double[] mixed = mixedRows.computeIfAbsent(index / channels, this::mixed);
        int channel = index % channels;
        double sum = outBias[channel];
        for (int i = 0; i < channels; i++) {
            sum += mixed[i] * outWeight[channel * channels + i];
        }
        return sum;
    }

    /** Heads' results of one cell, side by side. */
    private double[] mixed(int cell) {
        int padded = Math.ceilDiv(side, WINDOW) * WINDOW;
        int row = Math.floorMod(cell / side - shift, padded);
        int column = Math.floorMod(cell % side - shift, padded);
        int top = row / WINDOW * WINDOW;
        int left = column / WINDOW * WINDOW;
        double[] query = project(cell / side, cell % side, 0);
        double[][] keys = new double[CELLS][];
        double[][] values = new double[CELLS][];
        double[] mask = new double[CELLS];
        for (int key = 0; key < CELLS; key++) {
            int keyRow = top + key / WINDOW;
            int keyColumn = left + key % WINDOW;
            int sourceRow = (keyRow + shift) % padded;
            int sourceColumn = (keyColumn + shift) % padded;
            keys[key] = project(sourceRow, sourceColumn, channels);
            values[key] = project(sourceRow, sourceColumn, 2 * channels);
            boolean together =
                    band(row, padded) == band(keyRow, padded) && band(column, padded) == band(keyColumn, padded);
            mask[key] = shift == 0 || together ? 0 : -100;
        }
        int width = channels / heads;
        double[] result = new double[channels];
        for (int head = 0; head < heads; head++) {
            double[] scores = new double[CELLS];
            double sum = 0;
            for (int key = 0; key < CELLS; key++) {
                double score = 0;
                for (int i = head * width; i < (head + 1) * width; i++) {
                    score += query[i] * keys[key][i];
                }
                int rows = row - top - key / WINDOW + WINDOW - 1;
                int columns = column - left - key % WINDOW + WINDOW - 1;
                score = score / Math.sqrt(width)
                        + table[(rows * (2 * WINDOW - 1) + columns) * heads + head]
                        + mask[key];
                scores[key] = Math.exp(score);
                sum += scores[key];
            }
            for (int key = 0; key < CELLS; key++) {
                for (int i = head * width; i < (head + 1) * width; i++) {
                    result[i] += scores[key] / sum * values[key][i];
                }
            }
        }
        return result;
    }

    /** Query, key or value of a cell, by the first output channel; a padded cell has the bias alone. */
    private double[] project(int row, int column, int first) {
        double[] result = new double[channels];
        boolean real = row < side && column < side;
        for (int i = 0; i < channels; i++) {
            double sum = qkvBias[first + i];
            for (int j = 0; real && j < channels; j++) {
                sum += (double) x[(row * side + column) * channels + j] * qkvWeight[(first + i) * channels + j];
            }
            result[i] = sum;
        }
        return result;
    }

    private int band(int position, int padded) {
        if (position < padded - WINDOW) {
            return 0;
        }
        return position < padded - shift ? 1 : 2;
    }

    /** Few, for each takes the keys and values of a whole window. */
    @Override
    public int samples() {
        return 60;
    }

    @Override
    public double tolerance() {
        return 2e-5;
    }

    @Override
    public String toString() {
        return "window attention on " + side + "x" + side + "x" + channels + ", shift " + shift;
    }
}
