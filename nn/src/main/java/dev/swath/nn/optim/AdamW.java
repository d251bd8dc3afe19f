package dev.swath.nn.optim;

import dev.swath.kernels.AdamWKernel;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.nn.Parameter;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adam with decoupled weight decay (Loshchilov, Hutter 2019), without amsgrad; the formula stands at {@link AdamWKernel}.
 * A parameter without a gradient is left alone altogether: it does not decay, and its own count of steps stays. The result
 * does not depend on the number of threads.
 */
public final class AdamW {
    private static final String STEP = "step/";
    private static final String FIRST = "exp_avg/";
    private static final String SECOND = "exp_avg_sq/";

    private static final class State {
        private final Tensor first;
        private final Tensor second;
        private long steps;

        State(Tensor first, Tensor second, long steps) {
            this.first = first;
            this.second = second;
            this.steps = steps;
        }
    }

    private final List<ParameterGroup> groups;
    private final double beta1;
    private final double beta2;
    private final double eps;
    private final Backend backend;
    private final Parallelism parallelism;
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
        this.parallelism = parallelism;
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
        for (ParameterGroup group : groups) {
            group.parameters().forEach((name, p) -> step(name, p, learningRate, group.weightDecay()));
        }
    }

    private void step(String name, Parameter p, double learningRate, double weightDecay) {
        Tensor gradient = p.grad();
        if (gradient == null) {
            return;
        }
        State state = states.computeIfAbsent(
                name, n -> new State(Tensor.zeros(p.dtype(), p.shape()), Tensor.zeros(p.dtype(), p.shape()), 0));
        state.steps++;
        Tensor g = gradient.contiguous();
        backend.kernel(AdamWKernel.class, p.dtype())
                .step(
                        Slice.of(p.value()),
                        Slice.of(state.first),
                        Slice.of(state.second),
                        Slice.of(g),
                        new AdamWKernel.Step(learningRate, beta1, beta2, eps, weightDecay, state.steps),
                        Math.toIntExact(g.elements()),
                        parallelism);
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
                .mapToLong(p -> 2 * p.shape().elements() * p.dtype().bytes())
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
            Tensor steps = Tensor.zeros(DType.I64, Shape.of());
            steps.set(s.steps);
            out.put(STEP + name, steps);
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
            restored.put(name, new State(moment(state, FIRST + name, p), moment(state, SECOND + name, p), (long)
                    state.get(entry).item()));
        }
        if (restored.size() * 3 != state.size()) {
            throw new OptimizerException("[adamw] the state must hold step, exp_avg and exp_avg_sq of each parameter"
                    + " and nothing else; got " + state.size() + " entries for " + restored.size() + " parameters");
        }
        states.clear();
        states.putAll(restored);
    }

    private static Tensor moment(StateDict state, String name, Parameter p) {
        Shape shape = state.find(name)
                .orElseThrow(() -> new OptimizerException("[adamw] the state must hold '" + name + "'; got none"))
                .shape();
        if (!shape.equals(p.shape())) {
            throw new OptimizerException(
                    "[adamw] '" + name + "' must have the parameter's shape " + p.shape() + "; got " + shape);
        }
        Tensor copy = Tensor.zeros(p.dtype(), shape);
        copy.copyFrom(state.get(name));
        return copy;
    }
}
