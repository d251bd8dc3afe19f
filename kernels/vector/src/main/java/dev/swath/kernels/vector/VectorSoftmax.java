package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.SoftmaxKernel;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** {@code softmax} and {@code log_softmax}: rows are copied to whole vectors, filled up with minus infinity. */
final class VectorSoftmax implements SoftmaxKernel {

    @Override
    public void forward(Slice y, Slice x, boolean log, int rows, int columns, Execution on) {
        int n = Heads.padded(columns);
        Chunks.rows(rows, columns, on, (from, to) -> {
            float[] a = HostExecution.arrays(on).take(2 * n);
            Arrays.fill(a, n, 2 * n, 0f); // the biases that the shared loop adds
            int[] at = {n};
            float[] max = new float[1];
            float[] sum = new float[1];
            for (int r = from; r < to; r++) {
                int row = r * columns;
                System.arraycopy(x.floats(), x.offset() + row, a, 0, columns);
                Arrays.fill(a, columns, n, Float.NEGATIVE_INFINITY);
                Heads.exponentials(a, 0, n, 1, n, a, at, null, at, max, sum);
                if (log) {
                    shift(
                            y.floats(),
                            y.offset() + row,
                            x.floats(),
                            x.offset() + row,
                            max[0],
                            (float) Math.log(sum[0]),
                            columns);
                } else {
                    Rows.scale(y.floats(), y.offset() + row, a, 0, 1 / sum[0], columns);
                }
            }
            HostExecution.arrays(on).give(a);
        });
    }

    private static void shift(float[] y, int y0, float[] x, int x0, float max, float log, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector.fromArray(SPECIES, x, x0 + i).sub(max).sub(log).intoArray(y, y0 + i);
        }
        for (; i < n; i++) {
            y[y0 + i] = x[x0 + i] - max - log;
        }
    }

    @Override
    public void backward(Slice dx, Slice dy, Slice y, boolean log, int rows, int columns, Execution on) {
        Chunks.rows(rows, columns, on, (from, to) -> {
            float[] probability = HostExecution.arrays(on).take(columns);
            for (int r = from; r < to; r++) {
                int dyAt = dy.offset() + r * columns;
                int yAt = y.offset() + r * columns;
                int dxAt = dx.offset() + r * columns;
                if (log) {
                    VectorUnary.apply(Activation.EXP, probability, 0, y.floats(), yAt, columns);
                    float sum = Rows.sum(dy.floats(), dyAt, columns);
                    System.arraycopy(dy.floats(), dyAt, dx.floats(), dxAt, columns);
                    Rows.addScaled(dx.floats(), dxAt, probability, 0, -sum, columns);
                } else {
                    float dot = Rows.dot(dy.floats(), dyAt, y.floats(), yAt, columns);
                    gradient(dx.floats(), dxAt, dy.floats(), dyAt, y.floats(), yAt, dot, columns);
                }
            }
            HostExecution.arrays(on).give(probability);
        });
    }

    /** dx = y (dy - dot). */
    private static void gradient(float[] dx, int dx0, float[] dy, int dy0, float[] y, int y0, float dot, int n) {
        int i = 0;
        for (; i <= n - LENGTH; i += LENGTH) {
            FloatVector g = FloatVector.fromArray(SPECIES, dy, dy0 + i).sub(dot);
            g.mul(FloatVector.fromArray(SPECIES, y, y0 + i)).intoArray(dx, dx0 + i);
        }
        for (; i < n; i++) {
            dx[dx0 + i] = y[y0 + i] * (dy[dy0 + i] - dot);
        }
    }
}
