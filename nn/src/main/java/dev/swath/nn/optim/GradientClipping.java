package dev.swath.nn.optim;

import dev.swath.kernels.Parallelism;
import dev.swath.nn.Parameter;
import dev.swath.tensor.Tensor;
import java.util.Collection;
import java.util.List;

/** Scales all gradients by one factor where their common Euclidean norm exceeds a bound (Pascanu et al. 2013). */
public final class GradientClipping {
    private GradientClipping() {}

    /** The norm of all gradients as one vector; parameters without one do not count. */
    public static double norm(Collection<Parameter> parameters, Parallelism parallelism) {
        List<Tensor> gradients = gradients(parameters);
        double[] squares = new double[gradients.size()];
        parallelism.forEach(squares.length, i -> {
            for (float g : gradients.get(i).toFloatArray()) {
                squares[i] += (double) g * g;
            }
        });
        double sum = 0;
        for (double square : squares) {
            sum += square;
        }
        return Math.sqrt(sum);
    }

    /**
     * Multiplies every gradient by maxNorm / norm if the norm is greater.
     *
     * @return the norm before
     */
    public static double clip(Collection<Parameter> parameters, double maxNorm, Parallelism parallelism) {
        if (!(maxNorm > 0)) {
            throw new OptimizerException("[clip] the greatest norm must be positive; got " + maxNorm);
        }
        double norm = norm(parameters, parallelism);
        if (norm > maxNorm) {
            List<Tensor> gradients = gradients(parameters);
            double factor = maxNorm / norm;
            parallelism.forEach(gradients.size(), i -> {
                Tensor g = gradients.get(i);
                float[] scaled = g.toFloatArray();
                for (int j = 0; j < scaled.length; j++) {
                    scaled[j] = (float) (scaled[j] * factor);
                }
                g.copyFrom(Tensor.of(scaled, g.shape().dims()));
            });
        }
        return norm;
    }

    private static List<Tensor> gradients(Collection<Parameter> parameters) {
        return parameters.stream().map(Parameter::grad).filter(g -> g != null).toList();
    }
}
