package dev.swath.kernels.scalar;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.kernels.UnaryKernel;

/** {@code unary}, the truth. */
final class ScalarUnary implements UnaryKernel {
    private static final double INV_SQRT_2 = Math.sqrt(0.5);
    private static final double LEAK = 0.2;
    private static final double INV_SQRT_2_PI = 1 / Math.sqrt(2 * Math.PI);

    @Override
    public void forward(Slice y, Slice x, Activation f, int n, Execution on) {
        for (int i = 0; i < n; i++) {
            y.set(i, value(f, x.get(i)));
        }
    }

    @Override
    public void backward(Slice dx, Slice dy, Slice x, Activation f, int n, Execution on) {
        for (int i = 0; i < n; i++) {
            dx.set(i, dy.get(i) * slope(f, x.get(i)));
        }
    }

    static double value(Activation f, double x) {
        return switch (f) {
            case IDENTITY -> x;
            case RELU -> Math.max(x, 0);
            case GELU -> 0.5 * x * (1 + Erf.erf(x * INV_SQRT_2));
            case TANH -> Math.tanh(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case HARD_SIGMOID -> Math.clamp(x + 3, 0, 6) / 6;
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case SQRT -> Math.sqrt(x);
            case HARD_SWISH -> x * value(Activation.HARD_SIGMOID, x);
            case RELU6 -> Math.clamp(x, 0, 6);
            case LEAKY_RELU -> x > 0 ? x : LEAK * x;
            case SOFTSIGN -> x / (1 + Math.abs(x));
            case SOFTPLUS -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
        };
    }

    static double slope(Activation f, double x) {
        return switch (f) {
            case IDENTITY -> 1;
            case RELU -> x > 0 ? 1 : 0;
            // Phi(x) + x phi(x), the normal distribution and its density.
            case GELU -> 0.5 * (1 + Erf.erf(x * INV_SQRT_2)) + x * INV_SQRT_2_PI * Math.exp(-0.5 * x * x);
            case TANH -> 1 - Math.tanh(x) * Math.tanh(x);
            case SIGMOID -> value(f, x) * (1 - value(f, x));
            case HARD_SIGMOID -> x > -3 && x < 3 ? 1.0 / 6 : 0;
            case EXP -> Math.exp(x);
            case LOG -> 1 / x;
            case SQRT -> 0.5 / Math.sqrt(x);
            case HARD_SWISH -> x <= -3 ? 0 : x < 3 ? (2 * x + 3) / 6 : 1;
            case RELU6 -> x > 0 && x < 6 ? 1 : 0;
            case LEAKY_RELU -> x > 0 ? 1 : LEAK;
            case SOFTSIGN -> 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x)));
            case SOFTPLUS -> value(Activation.SIGMOID, x);
            case SIN -> Math.cos(x);
            case COS -> -Math.sin(x);
        };
    }
}
