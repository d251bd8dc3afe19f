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
import org.jspecify.annotations.Nullable;

/**
 * One forward pass, and the backward pass over it. A recording tape keeps each op with what its gradient needs; an
 * inference tape keeps nothing and hands its memory back to the workspace when a {@link Scope} ends. Used by one thread;
 * kernels inside an op use the threads of its {@link Parallelism}.
 */
public final class Tape {
    private record Node(String op, String path, Var output, List<Var> inputs, Backward backward) {}

    private final Backend backend;
    private final Parallelism parallelism;
    private final boolean recording;
    private final boolean training;
    private final RandomSource random;
    private final Workspace workspace;
    private final @Nullable TapeListener listener;
    private final List<Node> nodes = new ArrayList<>();
    private final Deque<Scope> scopes = new ArrayDeque<>();
    private final StringBuilder path = new StringBuilder();

    private Tape(Options o, boolean recording) {
        this.backend = o.backend;
        this.parallelism = o.parallelism;
        this.recording = recording;
        this.training = o.training;
        this.random = o.random;
        this.workspace = o.workspace == null ? new Workspace(o.backend) : o.workspace;
        this.listener = o.listener;
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
     */
    public record Options(
            Backend backend,
            Parallelism parallelism,
            boolean training,
            RandomSource random,
            @Nullable Workspace workspace,
            @Nullable TapeListener listener) {
        /** Evaluation mode on one thread. */
        public static Options of(Backend backend) {
            return new Options(backend, Parallelism.single(), false, new RandomSource(0), null, null);
        }

        /** With other threads. */
        public Options withParallelism(Parallelism p) {
            return new Options(backend, p, training, random, workspace, listener);
        }

        /** In training mode with this source of randomness. */
        public Options withTraining(RandomSource r) {
            return new Options(backend, parallelism, true, r, workspace, listener);
        }

        /** With memory of an earlier call. */
        public Options withWorkspace(Workspace w) {
            return new Options(backend, parallelism, training, random, w, listener);
        }

        /** With someone who watches. */
        public Options withListener(@Nullable TapeListener l) {
            return new Options(backend, parallelism, training, random, workspace, l);
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

    /** Whether an op over these inputs will be recorded, so that it must keep what its gradient needs. */
    public boolean records(@Nullable Var... inputs) {
        if (recording) {
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

    /** A contiguous tensor with undefined elements, owned by the innermost scope. */
    public Tensor allocate(DType dtype, Shape shape) {
        Storage storage = workspace.take(dtype, shape.elements());
        if (!recording && !scopes.isEmpty()) {
            scopes.peek().owned.add(storage);
        }
        return Tensor.over(storage, shape, 0);
    }

    /** A contiguous tensor with undefined elements, owned by the innermost scope. */
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
        if (listener != null) {
            listener.onOp(op, path.toString(), output, flops);
        }
        if (!records(inputs)) {
            return Var.constant(output);
        }
        if (backward == null) {
            throw error(op, "the op has no gradient, and an input requires one", output.describe());
        }
        Var result = new Var(output, true);
        List<Var> kept = new ArrayList<>(inputs.length);
        for (Var v : inputs) {
            kept.add(v == null ? NONE : v);
        }
        nodes.add(new Node(op, path.toString(), result, kept, backward));
        return result;
    }

    private static final Var NONE = Var.constant(Tensor.zeros(0));

    /** Runs backwards from a scalar with gradient 1; see {@link #backward(Var, Tensor)}. */
    public void backward(Var scalar) {
        if (scalar.value().elements() != 1) {
            throw error(
                    "backward", "the start must be one number", scalar.value().describe());
        }
        Tensor one = Tensor.zeros(scalar.dtype(), scalar.shape());
        one.reshape(1).set(1, 0);
        backward(List.of(scalar), List.of(one));
    }

    /** Runs backwards from one output; see {@link #backward(List, List)}. */
    public void backward(Var output, Tensor cotangent) {
        backward(List.of(output), List.of(cotangent));
    }

    /**
     * Runs backwards from the outputs, whose gradients are the cotangents, and adds to the gradient of every leaf that
     * wants one. Afterwards the tape is empty: what was saved for the backward pass is freed as it goes.
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
            new GradientSink(this, List.of(output)).add(0, cotangents.get(i));
        }
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.set(i, DONE);
            Tensor d = node.output.grad();
            if (d == null) {
                continue;
            }
            GradientSink sink = new GradientSink(this, node.inputs);
            path.setLength(0);
            path.append(node.path);
            node.backward.apply(d, sink);
            sink.finish();
            node.output.setGrad(null);
        }
        path.setLength(0);
        nodes.clear();
    }

    private static final Node DONE = new Node("", "", NONE, List.of(), (d, g) -> {});

    /** Begins the module {@code name} inside the running one: a part of the path, and a scope of memory. */
    public Scope enter(String name) {
        Scope scope = new Scope(path.length());
        if (!name.isEmpty()) {
            path.append(path.isEmpty() ? "" : ".").append(name);
        }
        scopes.push(scope);
        if (listener != null) {
            listener.onEnter(path.toString());
        }
        return scope;
    }

    /**
     * The time in which a module runs. On an inference tape, memory taken inside goes back to the workspace at the end,
     * except that of the values passed to {@link #keep}.
     */
    public final class Scope implements AutoCloseable {
        private final int pathLength;
        private final List<Storage> owned = new ArrayList<>();
        private final Set<Storage> kept = Collections.newSetFromMap(new IdentityHashMap<>());

        private Scope(int pathLength) {
            this.pathLength = pathLength;
        }

        /** The value outlives this scope; it then belongs to the enclosing one. */
        public Var keep(Var value) {
            kept.add(value.value().storage());
            return value;
        }

        @Override
        public void close() {
            if (listener != null) {
                listener.onExit(path.toString());
            }
            scopes.pop();
            path.setLength(pathLength);
            for (Storage storage : owned) {
                if (!kept.contains(storage)) {
                    workspace.give(storage);
                } else if (scopes.isEmpty()) {
                    workspace.release(storage);
                } else {
                    scopes.peek().owned.add(storage);
                }
            }
        }
    }
}
