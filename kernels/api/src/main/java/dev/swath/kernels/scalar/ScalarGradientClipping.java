package dev.swath.kernels.scalar;

import dev.swath.kernels.Execution;
import dev.swath.kernels.GradientClippingKernel;
import dev.swath.kernels.Slice;
import java.util.List;

/** {@code gradient_clipping}, the truth; one task a gradient. */
final class ScalarGradientClipping implements GradientClippingKernel {
    @Override
    public void norm(Slice norm, List<Slice> gradients, int[] n, Execution on) {
        double[] squares = new double[n.length];
        on.forEach(n.length, i -> {
            Slice g = gradients.get(i);
            for (int j = 0; j < n[i]; j++) {
                squares[i] += g.get(j) * g.get(j);
            }
        });
        double sum = 0;
        for (double square : squares) {
            sum += square;
        }
        norm.set(0, Math.sqrt(sum));
    }

    @Override
    public void scale(List<Slice> gradients, int[] n, Slice norm, double maxNorm, Execution on) {
        double is = norm.get(0);
        if (is > maxNorm) {
            double factor = maxNorm / is;
            on.forEach(n.length, i -> {
                Slice g = gradients.get(i);
                for (int j = 0; j < n[i]; j++) {
                    g.set(j, g.get(j) * factor);
                }
            });
        }
    }
}
