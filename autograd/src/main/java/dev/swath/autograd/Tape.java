package dev.swath.autograd;

import dev.swath.kernels.Backend;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Precision;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One forward pass, and the backward pass over it. A recording tape keeps each op with what its gradient needs until the
 * backward pass has gone by, and then hands the memory back to the workspace; a value that is to be read later must be
 * passed to {@link #retain} first. An inference tape keeps nothing and hands its memory back when a {@link #scope} ends.
 *
 * <p>What comes from outside enters at the edge, before the pass: {@link #constant} and {@link #indices} bring it to the
 * tape's device. Inside the pass nothing is copied to or from a device. On a device, results live until the tape is closed;
 * on the processor they are the garbage collector's, and a tape needs no closing. Used by one thread; kernels inside an op use
 * the tape's {@link Execution}.
 */
public final class Tape implements AutoCloseable {
    private final Pass pass;
    private final boolean recording;
    private final boolean training;
    private final boolean checkpointing;
    private final Recording record;
    private final Scopes scopes;
    private final Draws draws;
    private boolean replaying;
    private int quiet;

    private Tape(Options o, boolean recording) {
        Workspace workspace = o.workspace == null ? new Workspace(o.backend) : o.workspace;
        workspace.begin();
        this.pass = new Pass(o, workspace);
        this.recording = recording;
        this.training = o.training;
        this.checkpointing = o.checkpointing;
        this.record = new Recording(pass);
        this.scopes = new Scopes(pass);
        this.draws =
                new Draws(o.random, o.training ? constant(Draws.state(o.random)).value() : null);
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
     * @param precision how exactly networks compute
     */
    public record Options(
            Backend backend,
            Parallelism parallelism,
            boolean training,
            RandomSource random,
            @Nullable Workspace workspace,
            @Nullable TapeListener listener,
            boolean checkpointing,
            boolean nanCheck,
            Precision precision) {
        /** Evaluation mode on one thread. */
        public static Options of(Backend backend) {
            return new Options(
                    backend, Parallelism.single(), false, new RandomSource(0), null, null, false, false, Precision.F32);
        }

        /** With other threads. */
        public Options withParallelism(Parallelism p) {
            return new Options(backend, p, training, random, workspace, listener, checkpointing, nanCheck, precision);
        }

        /** In training mode with this source of randomness. */
        public Options withTraining(RandomSource r) {
            return new Options(backend, parallelism, true, r, workspace, listener, checkpointing, nanCheck, precision);
        }

        /** With memory of an earlier call. */
        public Options withWorkspace(Workspace w) {
            return new Options(backend, parallelism, training, random, w, listener, checkpointing, nanCheck, precision);
        }

        /** With someone who watches. */
        public Options withListener(@Nullable TapeListener l) {
            return new Options(
                    backend, parallelism, training, random, workspace, l, checkpointing, nanCheck, precision);
        }

        /** With less memory for more time: see {@link Tape#checkpoint}. */
        public Options withCheckpointing(boolean c) {
            return new Options(backend, parallelism, training, random, workspace, listener, c, nanCheck, precision);
        }

        /** With a search for the op that first makes a NaN, forwards or backwards: it throws an {@link OpException}. */
        public Options withNanCheck() {
            return new Options(
                    backend, parallelism, training, random, workspace, listener, checkpointing, true, precision);
        }

        /** With that precision, of networks that ask for it: see {@link Tape#precision}. */
        public Options withPrecision(Precision p) {
            return new Options(backend, parallelism, training, random, workspace, listener, checkpointing, nanCheck, p);
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

    /**
     * Before a pass in training mode that was recorded ({@link Backend#record}) is run again: it will draw the next numbers of
     * {@code random}, as many as it drew when it was recorded.
     */
    public void renew(RandomSource random) {
        draws.renew(random);
    }

    /** How exactly a network is to compute: it casts its inputs to {@link Precision#activations}, and its result back. */
    public Precision precision() {
        return pass.precision;
    }

    /** Whether gradients can be asked for. */
    public boolean recording() {
        return recording;
    }

    /** Whether modules should pass their blocks through {@link #checkpoint}. */
    public boolean checkpointing() {
        return checkpointing && keeps();
    }

    /**
     * Whether a checkpointed part is being computed again: hooks and listeners have seen it already, and running statistics
     * must not move twice.
     */
    public boolean replaying() {
        return replaying;
    }

    private boolean keeps() {
        return recording && quiet == 0;
    }

    /** Whether an op over these inputs will be recorded, so that it must keep what its gradient needs. */
    public boolean records(@Nullable Var... inputs) {
        if (keeps()) {
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
        return pass.backend;
    }

    /** Where the kernels of this pass run. */
    public Execution execution() {
        return pass.execution;
    }

    /** What dropout draws from. */
    public Draws draws() {
        return draws;
    }

    /** The backend's kernel of that kind for one element type. */
    public <K extends Kernel> K kernel(Class<K> kind, DType type) {
        return pass.kernel(kind, KernelTypes.of(type));
    }

    /** The backend's kernel of that kind for those element types. */
    public <K extends Kernel> K kernel(Class<K> kind, KernelTypes types) {
        return pass.kernel(kind, types);
    }

    /**
     * Brings numbers from outside to the tape's device, before the pass: a picture, a mask, a fixed matrix. In the
     * processor's memory they stay where they are.
     */
    public Var constant(Tensor host) {
        Device device = pass.backend.device();
        if (device.equals(host.device())) {
            return Var.constant(host);
        }
        if (device.kind() == Device.Kind.META) {
            return Var.constant(pass.backend.upload(host));
        }
        Storage storage = pass.memory.takeUnowned(host.dtype(), host.elements());
        Tensor there = Tensor.over(storage, host.shape(), 0);
        there.copyFrom(host);
        pass.memory.release(storage);
        return Var.constant(there);
    }

    /**
     * Brings numbers of rows or classes from outside to the tape's device, before the pass, once each is known to lie in [0,
     * bound): kernels on a device do not look.
     */
    public Tensor indices(Tensor host, int bound) {
        requireIndices("indices", "number", host, bound);
        return constant(host).value();
    }

    /** Checks integers in processor memory; those on a device were checked by {@link #indices}. */
    public void requireIndices(String op, String what, Tensor indices, int bound) {
        if (indices.dtype().isFloating()) {
            throw error(op, "every " + what + " must be an integer", indices.describe());
        }
        Tensor dense = indices.device().equals(Device.CPU) ? indices.contiguous() : indices;
        if (dense.storage() instanceof HostStorage host) {
            for (long i = 0; i < dense.elements(); i++) {
                long n = host.getLong(dense.offset() + i);
                if (n < 0 || n >= bound) {
                    throw error(op, "every " + what + " must lie in [0, " + bound + ")", n + " at position " + i);
                }
            }
        }
    }

    /** A scalar of that value, made by the backend. */
    public Var number(DType dtype, double value) {
        Tensor scalar = allocate(dtype, Shape.of());
        pass.fill(scalar, value);
        return Var.constant(scalar);
    }

    /** A contiguous tensor with undefined elements, owned by the op that is recorded next or else by the innermost scope. */
    public Tensor allocate(DType dtype, Shape shape) {
        return keeps() ? pass.allocate(dtype, shape) : scopes.allocate(dtype, shape);
    }

    /** A contiguous tensor with undefined elements, owned as by {@link #allocate(DType, Shape)}. */
    public Tensor allocate(DType dtype, int... dims) {
        return allocate(dtype, Shape.of(dims));
    }

    /** Every element of a tensor that this pass has allocated becomes that number. */
    public void fill(Tensor x, double value) {
        pass.fill(x, value);
    }

    /** An error of an op in the module that is running now. */
    public OpException error(String op, String rule, String got) {
        return pass.error(op, rule, got);
    }

    /** Full name of the module that is running now; empty outside of modules. */
    public String path() {
        return pass.path.toString();
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
        if (pass.listener != null && !replaying) {
            pass.listener.onOp(op, path(), output, flops);
        }
        if (pass.nanCheck) {
            NanCheck.requireNone(op, path(), output);
        }
        Var result = keep(op, output, backward, inputs);
        if (pass.calls != null) {
            tell(pass.calls, op, result, flops, inputs);
        }
        return result;
    }

    private Var keep(String op, Tensor output, @Nullable Backward backward, @Nullable Var... inputs) {
        if (!records(inputs)) {
            pass.memory.leave();
            return Var.constant(output);
        }
        if (backward == null) {
            throw error(op, "the op has no gradient, and an input requires one", output.describe());
        }
        List<Var> kept = new ArrayList<>(inputs.length);
        for (Var v : inputs) {
            kept.add(v == null ? NONE : v);
        }
        return record.push(op, output, backward, kept);
    }

    private void tell(TapeListener listener, String op, Var result, long flops, @Nullable Var... inputs) {
        OpDetails details = pass.details;
        Kernel kernel = pass.computing;
        pass.details = null;
        pass.computing = null;
        if (replaying) {
            return;
        }
        if (details == null) {
            details =
                    OpDetails.of("x", Stream.of(inputs).filter(Objects::nonNull).toList());
        }
        Class<?> computed = kernel == null ? null : kernel.getClass();
        listener.onCall(new OpCall(op, path(), details.inputs(), details.settings(), result, flops, computed));
    }

    /**
     * Before {@link #record}: the op's inputs by name and its settings, for a listener that wants them; nothing is asked for where
     * nobody does. Without this, a listener is told of the recorded inputs as {@code x} or {@code x 0}, {@code x 1}, ...
     */
    public void describe(Supplier<OpDetails> details) {
        if (pass.calls != null) {
            pass.details = details.get();
        }
    }

    /** Whether this listener watches the pass: by this a hook of a module that many passes share knows its own. */
    public boolean isWatchedBy(TapeListener listener) {
        return pass.listener == listener;
    }

    private static final Var NONE = Var.constant(Tensor.zeros(0));

    /** The value, or what it is a view of, can still be read after the backward pass. */
    public Var retain(Var value) {
        value.retain();
        pass.memory.retain(value.value().storage());
        return value;
    }

    /** Until it is closed, nothing is recorded: what is computed counts as constant. */
    public NoGrad noGrad() {
        quiet++;
        return new NoGrad();
    }

    /**
     * Does work that what follows does not need at once: on a device that records a pass it runs beside what follows until its result is
     * asked for, which must happen; elsewhere it is done here and now.
     */
    public <T> Supplier<T> beside(Supplier<T> work) {
        return pass.beside(work);
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
        return scopes.run(name, !keeps(), replaying, body, Function.identity());
    }

    /**
     * Runs {@code body} as {@link #scopeAll} does and gives back what it makes of its results: they may be read, or copied
     * from a device, inside the body only.
     */
    public <R> R reading(String name, Supplier<R> body) {
        return scopes.run(name, !keeps(), replaying, body, _ -> List.of());
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
        if (!keeps()) {
            return part.apply(input);
        }
        long before = draws.mark();
        int base = record.size();
        PassMemory.Suspended outer = pass.memory.beginForward();
        Var inner = part.apply(Var.result(input.value(), input.requiresGrad()));
        Tensor result = inner.value();
        boolean own = record.forget(base, result.storage());
        pass.memory.endForward(outer);
        if (!inner.requiresGrad()) {
            return Var.constant(result);
        }
        if (own) {
            pass.memory.adopt(result.storage());
        }
        return record.push("checkpoint", result, (d, into) -> replay(part, input, before, d, into), List.of(input));
    }

    private void replay(Function<Var, Var> part, Var input, long mark, Tensor d, Gradients into) {
        long now = draws.mark();
        boolean nested = replaying;
        int base = record.size();
        PassMemory.Suspended outer = pass.memory.beginForward();
        draws.goTo(mark);
        replaying = true;
        Var argument = Var.result(input.value(), input.requiresGrad());
        Var result = part.apply(argument);
        draws.goTo(now);
        replaying = nested;
        pass.memory.endForward(outer);
        record.seed(result, d);
        record.run(base);
        if (argument.grad() != null) {
            pass.memory.adopt(argument.grad().storage());
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
        requireRecording();
        Storage storage = pass.memory.takeUnowned(scalar.dtype(), 1);
        Tensor start = Tensor.over(storage, scalar.shape(), 0);
        pass.fill(start, gradient);
        backward(List.of(scalar), List.of(start));
        pass.memory.give(storage);
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
        requireRecording();
        for (int i = 0; i < outputs.size(); i++) {
            Var output = outputs.get(i);
            Tensor cotangent = cotangents.get(i);
            if (!cotangent.shape().equals(output.shape()) || cotangent.dtype() != output.dtype()) {
                throw error(
                        "backward",
                        "the cotangent must have the shape and type of the output, " + output.dtype() + output.shape(),
                        cotangent.describe());
            }
            retain(output);
            record.seed(output, constant(cotangent).value());
        }
        record.clearGradients();
        record.run(0);
        record.finish();
    }

    private void requireRecording() {
        if (!recording) {
            throw error("backward", "the tape must be a recording one", "an inference tape");
        }
    }

    /** Lets go of everything recorded, for a pass that will not be run backwards; the memory goes back to the workspace. */
    public void discard() {
        record.forget(0, null);
    }

    /**
     * Ends the pass. On a device its results must not be read afterwards: their memory serves the workspace's next pass, which
     * so takes the same addresses. On the processor results stay.
     */
    @Override
    public void close() {
        discard();
        pass.memory.leave();
        pass.memory.close();
        pass.execution.close();
    }
}
