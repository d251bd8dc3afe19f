package dev.swath.nn.optim;

import dev.swath.kernels.AdamWKernel;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GradientClippingKernel;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.nn.Parameter;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.Collection;
import java.util.List;

/**
 * Scales all gradients by one factor where their common Euclidean norm exceeds a bound (Pascanu et al. 2013). Norm and factor
 * stay in the memory of the backend until {@link #norm} asks.
 */
public final class GradientClipping {
    private final List<Parameter> parameters;
    private final Backend backend;
    private final Execution execution;
    private final Tensor norm;

    /** For the gradients of these parameters; those without one do not count. */
    public GradientClipping(Collection<Parameter> parameters, Backend backend, Parallelism parallelism) {
        this.parameters = List.copyOf(parameters);
        this.backend = backend;
        this.execution = backend.execution(parallelism);
        this.norm = Tensor.over(backend.allocate(DType.F64, 1), Shape.of(), 0);
    }

    /** Measures the norm of all gradients as one vector. */
    public void measure() {
        Gradients g = gradients();
        g.kernel.norm(Slice.of(norm), g.slices, g.sizes, execution);
    }

    /**
     * Measures the norm, and multiplies every gradient by maxNorm / norm if the norm is greater. Where an optimizer's step
     * follows at once, {@link AdamW#step(GradientClipping, double)} spares a pass over the gradients.
     */
    public void clip(double maxNorm) {
        requirePositive(maxNorm);
        measure();
        Gradients g = gradients();
        g.kernel.scale(g.slices, g.sizes, Slice.of(norm), maxNorm, execution);
    }

    private static void requirePositive(double maxNorm) {
        if (!(maxNorm > 0)) {
            throw new OptimizerException("[clip] the greatest norm must be positive; got " + maxNorm);
        }
    }

    /** Measures the norm, for a step that multiplies the gradients as it reads them. */
    AdamWKernel.Bound bound(double maxNorm) {
        requirePositive(maxNorm);
        measure();
        return new AdamWKernel.Bound(Slice.of(norm), maxNorm);
    }

    /** The norm that was measured last, before clipping; from a device it is copied. */
    public double norm() {
        return norm.item();
    }

    private record Gradients(GradientClippingKernel kernel, List<Slice> slices, int[] sizes) {}

    private Gradients gradients() {
        List<Tensor> gradients =
                parameters.stream().map(Parameter::grad).filter(g -> g != null).toList();
        for (Tensor g : gradients) {
            if (!g.isContiguous()) {
                throw new OptimizerException(
                        "[clip] every gradient must be dense; got " + g.describe() + " with other strides");
            }
        }
        DType type = gradients.isEmpty() ? DType.F32 : gradients.getFirst().dtype();
        return new Gradients(
                backend.kernel(GradientClippingKernel.class, type),
                gradients.stream().map(Slice::of).toList(),
                gradients.stream().mapToInt(g -> Math.toIntExact(g.elements())).toArray());
    }
}
