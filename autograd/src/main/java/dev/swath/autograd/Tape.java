package dev.swath.autograd;

import dev.swath.kernels.Backend;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One forward pass, and the backward pass over it. A recording tape keeps each op with what its gradient needs until the
 * backward pass has gone by, and then hands the memory back to the workspace; a value that is to be read later must be
 * passed to {@link #retain} first. An inference tape keeps nothing and hands its memory back when a {@link Scope} ends. Used
 * by one thread; kernels inside an op use the threads of its {@link Parallelism}.
 */
public final class Tape {
    private final Backend backend;
    private final Parallelism parallelism;
    private final boolean recording;
    private final boolean training;
    private final boolean checkpointing;
    private final Workspace workspace;
    private final TapeMemory memory;
    private final @Nullable TapeListener listener;
    private final Recording record;
    private final boolean nanCheck;
    private final Deque<Scope> scopes = new ArrayDeque<>();
    private final StringBuilder path = new StringBuilder();
    private RandomSource random;
    private boolean replaying;
    private int quiet;

    private Tape(Options o, boolean recording) {
        this.backend = o.backend;
        this.parallelism = o.parallelism;
        this.recording = recording;
        this.training = o.training;
        this.random = o.random;
        this.workspace = o.workspace == null ? new Workspace(o.backend) : o.workspace;
        this.memory = new TapeMemory(workspace);
        this.listener = o.listener;
        this.checkpointing = o.checkpointing;
        this.nanCheck = o.nanCheck;
        this.record = new Recording(this, workspace, memory, o.listener, o.nanCheck);
    }

    /**
     * How a tape runs.
     *
     * @param backend whose kernels
     * @param parallelism how many threads
     * @param training whether dropout and batch statistics are on
     * @param random source of dropout masks
     * @param workspace memory to be used again, or null for an own one
     * @param listener who watches, or null
     * @param checkpointing whether modules that offer it forget their inner results and compute them again backwards
     * @param nanCheck whether each result and gradient is searched for NaN, which is slow
     */
    public record Options(
            Backend backend,
            Parallelism parallelism,
            boolean training,
            RandomSource random,
            @Nullable Workspace workspace,
            @Nullable TapeListener listener,
            boolean checkpointing,
            boolean nanCheck) {
        /** Evaluation mode on one thread. */
        public static Options of(Backend backend) {
            return new Options(backend, Parallelism.single(), false, new RandomSource(0), null, null, false, false);
        }

        /** With other threads. */
        public Options withParallelism(Parallelism p) {
            return new Options(backend, p, training, random, workspace, listener, checkpointing, nanCheck);
        }

        /** In training mode with this source of randomness. */
        public Options withTraining(RandomSource r) {
            return new Options(backend, parallelism, true, r, workspace, listener, checkpointing, nanCheck);
        }

        /** With memory of an earlier call. */
        public Options withWorkspace(Workspace w) {
            return new Options(backend, parallelism, training, random, w, listener, checkpointing, nanCheck);
        }

        /** With someone who watches. */
        public Options withListener(@Nullable TapeListener l) {
            return new Options(backend, parallelism, training, random, workspace, l, checkpointing, nanCheck);
        }

        /** With less memory for more time: see {@link Tape#checkpoint}. */
        public Options withCheckpointing(boolean c) {
            return new Options(backend, parallelism, training, random, workspace, listener, c, nanCheck);
        }

        /** With a search for the op that first makes a NaN, forwards or backwards: it throws an {@link OpException}. */
        public Options withNanCheck() {
            return new Options(backend, parallelism, training, random, workspace, listener, checkpointing, true);
        }
    }

    /** A tape that records ops, so that {@link #backward} can run. */
    public static Tape recording(Options options) {
        return new Tape(options, true);
    }

    /** A tape that records nothing. */
    public static Tape inference(Options options) {
        return new Tape(options, false);
    }

    /** Whether dropout and batch statistics are on. */
    public boolean training() {
        return training;
    }

    /** Whether gradients can be asked for. */
    public boolean recording() {
        return recording;
    }

    /** Whether modules should pass their blocks through {@link #checkpoint}. */
    public boolean checkpointing() {
        return checkpointing && recording && quiet == 0;
    }

    /**
     * Whether a checkpointed part is being computed again: hooks and listeners have seen it already, and running statistics
     * must not move twice.
     */
    public boolean replaying() {
        return replaying;
    }

    /** Whether an op over these inputs will be recorded, so that it must keep what its gradient needs. */
    public boolean records(@Nullable Var... inputs) {
        if (recording && quiet == 0) {
            for (Var v : inputs) {
                if (v != null && v.requiresGrad()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The backend. */
    public Backend backend() {
        return backend;
    }

    /** The threads. */
    public Parallelism parallelism() {
        return parallelism;
    }

    /** The source of randomness. */
    public RandomSource random() {
        return random;
    }

    /** The backend's kernel of that kind for the element type. */
    public <K extends Kernel> K kernel(Class<K> kind, DType dtype) {
        return backend.kernel(kind, dtype);
    }

    /** A contiguous tensor with undefined elements, owned by the op that is recorded next or else by the innermost scope. */
    public Tensor allocate(DType dtype, Shape shape) {
        if (recording && quiet == 0) {
            return Tensor.over(memory.take(dtype, shape.elements()), shape, 0);
        }
        Storage storage = workspace.take(dtype, shape.elements());
        if (!scopes.isEmpty() && scopes.peek().owning) {
            scopes.peek().owned.add(storage);
        } else {
            workspace.release(storage);
        }
        return Tensor.over(storage, shape, 0);
    }

    /** A contiguous tensor with undefined elements, owned as by {@link #allocate(DType, Shape)}. */
    public Tensor allocate(DType dtype, int... dims) {
        return allocate(dtype, Shape.of(dims));
    }

    /** An error of an op in the module that is running now. */
    public OpException error(String op, String rule, String got) {
        return new OpException(op, rule, got, path.toString());
    }

    /** Full name of the module that is running now; empty outside of modules. */
    public String path() {
        return path.toString();
    }

    /**
     * Ends an op: makes the output variable and records the op if a gradient may be asked for.
     *
     * @param op the op's name
     * @param output its result
     * @param flops multiplications and additions it took
     * @param backward its gradient; null if the op has none, which is an error if an input requires one
     * @param inputs its inputs; null where an optional one is absent
     */
    public Var record(String op, Tensor output, long flops, @Nullable Backward backward, @Nullable Var... inputs) {
        if (listener != null && !replaying) {
            listener.onOp(op, path.toString(), output, flops);
        }
        if (nanCheck) {
            NanCheck.requireNone(op, path.toString(), output);
        }
        if (!records(inputs)) {
            memory.leave();
            return Var.constant(output);
        }
        if (backward == null) {
            throw error(op, "the op has no gradient, and an input requires one", output.describe());
        }
        List<Var> kept = new ArrayList<>(inputs.length);
        for (Var v : inputs) {
            kept.add(v == null ? NONE : v);
        }
        return record.push(op, path.toString(), output, backward, kept);
    }

    private static final Var NONE = Var.constant(Tensor.zeros(0));

    /** The value, or what it is a view of, can still be read after the backward pass. */
    public Var retain(Var value) {
        value.retain();
        memory.retain(value.value().storage());
        return value;
    }

    /** Until it is closed, nothing is recorded: what is computed counts as constant. */
    public NoGrad noGrad() {
        quiet++;
        return new NoGrad();
    }

    /** A time in which nothing is recorded; to be used in try-with-resources. */
    public final class NoGrad implements AutoCloseable {
        private boolean closed;

        private NoGrad() {}

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                quiet--;
            }
        }
    }

    /**
     * Runs a part of the network whose inner results are forgotten and computed again, with the same random numbers, when
     * the backward pass gets there (Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016). Gradients are
     * bit-identical to those without. On a tape that does not record it is a plain call.
     *
     * @param part a function of its argument and of leaves, the same each time it is called
     * @param input its argument
     * @return its result
     */
    public Var checkpoint(Function<Var, Var> part, Var input) {
        if (!recording || quiet > 0) {
            return part.apply(input);
        }
        RandomSource before = new RandomSource(random.seed(), random.draws());
        int base = record.size();
        TapeMemory.Suspended outer = memory.beginForward();
        Var inner = part.apply(Var.result(input.value(), input.requiresGrad()));
        Tensor result = inner.value();
        boolean own = record.forget(base, result.storage());
        memory.endForward(outer);
        if (!inner.requiresGrad()) {
            return Var.constant(result);
        }
        if (own) {
            memory.adopt(result.storage());
        }
        Backward backward = (d, into) -> replay(part, input, before, d, (GradientSink) into);
        return record.push("checkpoint", path.toString(), result, backward, List.of(input));
    }

    private void replay(Function<Var, Var> part, Var input, RandomSource source, Tensor d, GradientSink into) {
        RandomSource now = random;
        boolean nested = replaying;
        int base = record.size();
        TapeMemory.Suspended outer = memory.beginForward();
        random = new RandomSource(source.seed(), source.draws());
        replaying = true;
        Var argument = Var.result(input.value(), input.requiresGrad());
        Var result = part.apply(argument);
        random = now;
        replaying = nested;
        memory.endForward(outer);
        record.seed(result, d);
        record.run(base);
        if (argument.grad() != null) {
            memory.adopt(argument.grad().storage());
            into.hand(0, argument.grad());
        }
    }

    /** Runs backwards from a scalar with gradient 1; see {@link #backward(Var, Tensor)}. */
    public void backward(Var scalar) {
        backward(scalar, 1);
    }

    /**
     * Runs backwards from a scalar with the given gradient; see {@link #backward(Var, Tensor)}. With 1/n, the gradients of n
     * tapes add up to that of the mean of their losses.
     */
    public void backward(Var scalar, double gradient) {
        if (scalar.value().elements() != 1) {
            throw error(
                    "backward", "the start must be one number", scalar.value().describe());
        }
        Tensor start = Tensor.zeros(scalar.dtype(), scalar.shape());
        start.reshape(1).set(gradient, 0);
        backward(List.of(scalar), List.of(start));
    }

    /** Runs backwards from one output; see {@link #backward(List, List)}. */
    public void backward(Var output, Tensor cotangent) {
        backward(List.of(output), List.of(cotangent));
    }

    /**
     * Runs backwards from the outputs, whose gradients are the cotangents, and adds to the gradient of every leaf that
     * wants one. What was saved is freed as the pass goes by; afterwards the tape is empty, and of its results only the
     * outputs and what was passed to {@link #retain} can be read. After an error the tape must not be used again.
     */
    public void backward(List<Var> outputs, List<Tensor> cotangents) {
        if (!recording) {
            throw error("backward", "the tape must be a recording one", "an inference tape");
        }
        for (int i = 0; i < outputs.size(); i++) {
            Var output = outputs.get(i);
            if (!cotangents.get(i).shape().equals(output.shape())) {
                throw error(
                        "backward",
                        "the cotangent must have the shape of the output " + output.shape(),
                        cotangents.get(i).describe());
            }
            retain(output);
            record.seed(output, cotangents.get(i));
        }
        record.run(0);
        path.setLength(0);
        record.finish();
    }

    /** Lets go of everything recorded, for a pass that will not be run backwards; the memory goes back to the workspace. */
    public void discard() {
        record.forget(0, null);
    }

    /** A leaf may have got a gradient. */
    void reached(Var variable) {
        record.reached(variable);
    }

    /** The module whose op's gradient is running. */
    void setPath(String current) {
        path.setLength(0);
        path.append(current);
    }

    /** As {@link #scopeAll}, with one result. */
    public Var scope(String name, Supplier<Var> body) {
        return scopeAll(name, () -> List.of(body.get())).getFirst();
    }

    /**
     * Runs {@code body} as a part called {@code name} (or without a name of its own, if empty) of the running module: errors
     * and listeners see the name in the path, and where nothing is recorded, the memory that the body took goes back to the
     * workspace at the end, except that of its results.
     */
    public List<Var> scopeAll(String name, Supplier<List<Var>> body) {
        try (Scope scope = enter(name)) {
            List<Var> results = body.get();
            results.forEach(scope::keep);
            return results;
        }
    }

    /** Begins the module {@code name} inside the running one: a part of the path, and a scope of memory. */
    public Scope enter(String name) {
        Scope scope = new Scope(path.length(), !recording || quiet > 0);
        if (!name.isEmpty()) {
            path.append(path.isEmpty() ? "" : ".").append(name);
        }
        scopes.push(scope);
        if (listener != null && !replaying) {
            listener.onEnter(path.toString());
        }
        return scope;
    }

    /**
     * The time in which a module runs. Where nothing is recorded, memory taken inside goes back to the workspace at the end,
     * except that of the values passed to {@link #keep}.
     */
    public final class Scope implements AutoCloseable {
        private final int pathLength;
        private final boolean owning;
        private final List<Storage> owned = new ArrayList<>();
        private final Set<Storage> kept = Collections.newSetFromMap(new IdentityHashMap<>());

        private Scope(int pathLength, boolean owning) {
            this.pathLength = pathLength;
            this.owning = owning;
        }

        /** The value outlives this scope; it then belongs to the enclosing one. */
        public Var keep(Var value) {
            kept.add(value.value().storage());
            return value;
        }

        @Override
        public void close() {
            if (listener != null && !replaying) {
                listener.onExit(path.toString());
            }
            scopes.pop();
            path.setLength(pathLength);
            for (Storage storage : owned) {
                if (!kept.contains(storage)) {
                    workspace.give(storage);
                } else if (scopes.isEmpty() || !scopes.peek().owning) {
                    workspace.release(storage);
                } else {
                    scopes.peek().owned.add(storage);
                }
            }
        }
    }
}
