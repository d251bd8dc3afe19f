package dev.swath.nn.optim;

import dev.swath.kernels.AdamWKernel;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.nn.Parameter;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adam with decoupled weight decay (Loshchilov, Hutter 2019), without amsgrad; the formula stands at {@link AdamWKernel}.
 * A parameter without a gradient is left alone altogether: it does not decay, and its own count of steps stays. The result
 * does not depend on the number of threads.
 */
public final class AdamW {
    private static final String STEP = "step/";
    private static final String FIRST = "exp_avg/";
    private static final String SECOND = "exp_avg_sq/";

    /** Both moments, and how many steps the parameter has seen: i64, a scalar. */
    private record State(Tensor first, Tensor second, Tensor steps) {}

    private final List<ParameterGroup> groups;
    private final double beta1;
    private final double beta2;
    private final double eps;
    private final Backend backend;
    private final Execution execution;
    private final Tensor rate;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, State> states = new LinkedHashMap<>();

    /** On the best processor backend and the caller's thread. */
    public AdamW(List<ParameterGroup> groups, double beta1, double beta2, double eps) {
        this(groups, beta1, beta2, eps, Backends.cpu(), Parallelism.single());
    }

    /**
     * @param groups in the order of a checkpoint; no parameter may stand in two
     * @param beta1 share of the old mean of the gradient that stays, in [0, 1)
     * @param beta2 share of the old mean of its square that stays, in [0, 1)
     * @param eps added to the denominator
     * @param backend whose kernels
     * @param parallelism how many threads
     */
    public AdamW(
            List<ParameterGroup> groups,
            double beta1,
            double beta2,
            double eps,
            Backend backend,
            Parallelism parallelism) {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && eps > 0)) {
            throw new OptimizerException("[adamw] the betas must lie in [0, 1) and eps must be positive; got " + beta1
                    + ", " + beta2 + " and " + eps);
        }
        this.groups = List.copyOf(groups);
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.eps = eps;
        this.backend = backend;
        this.execution = backend.execution(parallelism);
        this.rate = Tensor.over(backend.allocate(DType.F64, 1), Shape.of(), 0);
        for (ParameterGroup group : groups) {
            group.parameters().forEach((name, p) -> {
                if (parameters.putIfAbsent(name, p) != null) {
                    throw new OptimizerException(
                            "[adamw] a parameter may stand in one group only; got '" + name + "' twice");
                }
            });
        }
    }

    /** Changes every parameter that has a gradient; the gradients stay as they are. */
    public void step(double learningRate) {
        learningRate(learningRate);
        step();
    }

    /** Sets the rate of the next {@link #step()}s. On a device it is copied there, so it belongs before the pass. */
    public void learningRate(double value) {
        rate.copyFrom(Tensor.of(new double[] {value}));
    }

    /** Changes every parameter that has a gradient, at the rate that was set; reads and writes the backend's memory only. */
    public void step() {
        stepWithin(null);
    }

    /**
     * {@link GradientClipping#clip} and then {@link #step()}, to the same bits, in fewer passes over memory: the gradients are
     * scaled as they are read, and stay in memory as they were.
     *
     * @param clipping of this optimizer's parameters, in the same backend's memory
     * @param maxNorm the greatest norm
     */
    public void step(GradientClipping clipping, double maxNorm) {
        stepWithin(clipping.bound(maxNorm));
    }

    private void stepWithin(AdamWKernel.@Nullable Bound bound) {
        Map<DType, List<AdamWKernel.Slot>> slots = new EnumMap<>(DType.class);
        for (ParameterGroup group : groups) {
            group.parameters().forEach((name, p) -> {
                Tensor gradient = p.grad();
                if (gradient != null) {
                    slots.computeIfAbsent(p.dtype(), _ -> new ArrayList<>())
                            .add(slot(name, p, gradient, group.weightDecay()));
                }
            });
        }
        AdamWKernel.Coefficients c = new AdamWKernel.Coefficients(beta1, beta2, eps);
        slots.forEach((type, list) ->
                backend.kernel(AdamWKernel.class, type).step(list, Slice.of(rate), c, bound, execution));
    }

    private AdamWKernel.Slot slot(String name, Parameter p, Tensor gradient, double weightDecay) {
        if (!gradient.isContiguous()) {
            throw new OptimizerException("[adamw] every gradient must be dense; '" + name + "' has "
                    + gradient.describe() + " with other strides");
        }
        State s = states.computeIfAbsent(
                name,
                _ -> new State(
                        zeros(KernelTypes.savedFor(p.dtype()), p.shape()),
                        zeros(KernelTypes.savedFor(p.dtype()), p.shape()),
                        zeros(DType.I64, Shape.of())));
        return new AdamWKernel.Slot(
                Slice.of(p.value()),
                Slice.of(s.first),
                Slice.of(s.second),
                Slice.of(gradient),
                Slice.of(s.steps),
                weightDecay,
                Math.toIntExact(gradient.elements()));
    }

    private Tensor zeros(DType type, Shape shape) {
        Tensor x = Tensor.over(backend.allocate(type, shape.elements()), shape, 0);
        backend.kernel(CopyKernel.class, type).fill(Slice.of(x), 0, x.elements(), execution);
        return x;
    }

    private static Tensor steps(long count) {
        Tensor x = Tensor.zeros(DType.I64, Shape.of());
        x.set(count);
        return x;
    }

    /** Takes the gradient off every parameter; its memory is used again by the next backward pass. */
    public void zeroGrad() {
        parameters.values().forEach(Parameter::zeroGrad);
    }

    /** The groups. */
    public List<ParameterGroup> groups() {
        return groups;
    }

    /** Bytes of both moments once every parameter of the groups has seen a gradient. */
    public long stateBytes() {
        return parameters.values().stream()
                .mapToLong(p -> 2
                        * p.shape().elements()
                        * KernelTypes.savedFor(p.dtype()).bytes())
                .sum();
    }

    /**
     * The whole state, for a checkpoint: {@code step/name} (i64, scalar), {@code exp_avg/name} and {@code
     * exp_avg_sq/name} of every parameter that has been changed. The tensors are the optimizer's own: write them before
     * the next step, or copy them.
     */
    public StateDict state() {
        StateDict out = new StateDict();
        states.forEach((name, s) -> {
            out.put(STEP + name, s.steps);
            out.put(FIRST + name, s.first);
            out.put(SECOND + name, s.second);
        });
        return out;
    }

    /** Puts a state back that {@link #state} gave; training goes on bit-identically. What was there before is let go. */
    public void restore(StateDict state) {
        Map<String, State> restored = new LinkedHashMap<>();
        for (String entry : state.namesUnder(STEP)) {
            String name = entry.substring(STEP.length());
            Parameter p = parameters.get(name);
            if (p == null) {
                throw new OptimizerException(
                        "[adamw] the state must be of parameters of the groups; got '" + name + "'");
            }
            restored.put(
                    name,
                    new State(
                            moment(state, FIRST + name, p), moment(state, SECOND + name, p), backend.upload(steps((long)
                                    state.get(entry).item()))));
        }
        if (restored.size() * 3 != state.size()) {
            throw new OptimizerException("[adamw] the state must hold step, exp_avg and exp_avg_sq of each parameter"
                    + " and nothing else; got " + state.size() + " entries for " + restored.size() + " parameters");
        }
        states.clear();
        states.putAll(restored);
    }

    private Tensor moment(StateDict state, String name, Parameter p) {
        Shape shape = state.find(name)
                .orElseThrow(() -> new OptimizerException("[adamw] the state must hold '" + name + "'; got none"))
                .shape();
        if (!shape.equals(p.shape())) {
            throw new OptimizerException(
                    "[adamw] '" + name + "' must have the parameter's shape " + p.shape() + "; got " + shape);
        }
        Tensor copy = Tensor.zeros(KernelTypes.savedFor(p.dtype()), shape);
        copy.copyFrom(state.get(name));
        return backend.upload(copy);
    }
}
