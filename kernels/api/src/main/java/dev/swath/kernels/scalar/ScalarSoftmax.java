package dev.swath.kernels.scalar;

import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.SoftmaxKernel;

/** {@code softmax} and {@code log_softmax}, the truth. */
final class ScalarSoftmax implements SoftmaxKernel {
    @Override
    public void forward(Slice y, Slice x, boolean log, int rows, int columns, Execution on) {
        for (int r = 0; r < rows; r++) {
            int row = r * columns;
            double max = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < columns; c++) {
                max = Math.max(max, x.get(row + c));
            }
            double sum = 0;
            for (int c = 0; c < columns; c++) {
                sum += Math.exp(x.get(row + c) - max);
            }
            for (int c = 0; c < columns; c++) {
                double v = x.get(row + c) - max;
                y.set(row + c, log ? v - Math.log(sum) : Math.exp(v) / sum);
            }
        }
    }

    @Override
    public void backward(Slice dx, Slice dy, Slice y, boolean log, int rows, int columns, Execution on) {
        for (int r = 0; r < rows; r++) {
            int row = r * columns;
            double sum = 0;
            for (int c = 0; c < columns; c++) {
                sum += log ? dy.get(row + c) : dy.get(row + c) * y.get(row + c);
            }
            for (int c = 0; c < columns; c++) {
                double v = y.get(row + c);
                double g = dy.get(row + c);
                dx.set(row + c, log ? g - Math.exp(v) * sum : v * (g - sum));
            }
        }
    }
}
