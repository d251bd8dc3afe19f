package dev.swath.nn;

import dev.swath.autograd.Hook;
import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Backend;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.tensor.TensorSink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A part of a network: parameters, buffers and other modules under dotted names, those of the published checkpoints. A
 * module has no state of a pass; whether it trains is said by the {@link Tape}. After loading it may serve any number of
 * threads, each with a tape of its own.
 */
public abstract class Module {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Buffer> buffers = new LinkedHashMap<>();
    private final List<Buffer> constants = new ArrayList<>();
    private final Map<String, Module> children = new LinkedHashMap<>();
    private final List<ForwardHook> hooks = new CopyOnWriteArrayList<>();
    private final List<ForwardChange> changes = new CopyOnWriteArrayList<>();
    private String name = "";

    /** For subclasses. */
    protected Module() {}

    /** Registers a parameter. */
    protected final Parameter parameter(String name, Shape shape, Init init, Parameter.@Nullable Packer packer) {
        Parameter p = new Parameter(shape, init, packer);
        unique(name, parameters.putIfAbsent(name, p) == null);
        return p;
    }

    /** Registers a parameter that is never packed. */
    protected final Parameter parameter(String name, Shape shape, Init init) {
        return parameter(name, shape, init, null);
    }

    /** Registers a buffer with its first elements. */
    protected final Buffer buffer(String name, Tensor value) {
        Buffer b = new Buffer(value);
        unique(name, buffers.putIfAbsent(name, b) == null);
        return b;
    }

    /** Numbers that belong to the formula and not to a checkpoint, such as a fixed matrix: they move with the module and are not saved. */
    protected final Buffer constant(Tensor value) {
        Buffer b = new Buffer(value);
        constants.add(b);
        return b;
    }

    /** Registers a module. */
    protected final <M extends Module> M child(String name, M module) {
        unique(name, children.putIfAbsent(name, module) == null);
        ((Module) module).name = name;
        return module;
    }

    private void unique(String name, boolean added) {
        if (!added) {
            throw new ModuleException("[module] a name may be used once in a module; got '" + name + "' twice in "
                    + getClass().getSimpleName());
        }
    }

    /**
     * One forward pass of this module: {@code return call(tape, () -> ...)}. The body runs under this module's name; on a
     * tape that records nothing, the memory that it took is used again afterwards, except that of its result. Hooks see the
     * result.
     */
    protected final Var call(Tape tape, Supplier<Var> body) {
        return callAll(tape, () -> List.of(body.get())).getFirst();
    }

    /** As {@link #call}, for a module with several results; hooks see them all. */
    protected final List<Var> callAll(Tape tape, Supplier<List<Var>> body) {
        return tape.scopeAll(name, () -> {
            List<Var> results = body.get();
            for (ForwardChange change : changes) {
                results = changed(tape, change, results);
            }
            if (!tape.replaying()) {
                for (ForwardHook hook : hooks) {
                    hook.accept(tape.path(), this, results);
                }
            }
            return results;
        });
    }

    private List<Var> changed(Tape tape, ForwardChange change, List<Var> results) {
        List<Var> out = List.copyOf(change.apply(tape, tape.path(), this, results));
        boolean fits = out.size() == results.size();
        for (int i = 0; fits && i < out.size(); i++) {
            fits = out.get(i).shape().equals(results.get(i).shape())
                    && out.get(i).dtype() == results.get(i).dtype();
        }
        if (!fits) {
            throw new ModuleException("[hook] what a hook puts in the place of the results of '" + tape.path()
                    + "' must have their number, shapes and types, " + described(results) + "; got " + described(out));
        }
        return out;
    }

    private static String described(List<Var> results) {
        return results.stream()
                .map(v -> v.dtype() + v.shape().toString())
                .toList()
                .toString();
    }

    /** Calls the hook after each forward pass of this module until the handle is closed. */
    public final Hook onForward(ForwardHook hook) {
        hooks.add(hook);
        return () -> hooks.remove(hook);
    }

    /**
     * Lets the hook put other results in the place of this module's, in each forward pass until the handle is closed; several take
     * turns in the order in which they were added, and what {@link #onForward} sees is what goes on. A pass that a device plays back
     * from a recording ({@link Backend#record}) runs no Java code, so it keeps the results that it was recorded with.
     */
    public final Hook onForwardChange(ForwardChange change) {
        changes.add(change);
        return () -> changes.remove(change);
    }

    /** This module's own name inside its parent; empty at the root. */
    public final String name() {
        return name;
    }

    /** Every module from this one (under the empty name) on, in the order of registration. */
    public final Map<String, Module> namedModules() {
        Map<String, Module> out = new LinkedHashMap<>();
        walk("", (path, module) -> out.put(path, module));
        return out;
    }

    /** Every parameter under its dotted name, in the order of registration. */
    public final Map<String, Parameter> namedParameters() {
        Map<String, Parameter> out = new LinkedHashMap<>();
        walk("", (path, module) -> module.parameters.forEach((n, p) -> out.put(join(path, n), p)));
        return out;
    }

    /** Every buffer under its dotted name, in the order of registration. */
    public final Map<String, Buffer> namedBuffers() {
        Map<String, Buffer> out = new LinkedHashMap<>();
        walk("", (path, module) -> module.buffers.forEach((n, b) -> out.put(join(path, n), b)));
        return out;
    }

    private void walk(String path, BiConsumer<String, Module> visitor) {
        visitor.accept(path, this);
        children.forEach((n, m) -> m.walk(join(path, n), visitor));
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Number of trainable values. */
    public final long parameterCount() {
        return namedParameters().values().stream()
                .mapToLong(p -> p.shape().elements())
                .sum();
    }

    /** Names and shapes of all parameters and buffers, as a checkpoint of this module has them. */
    public final Map<String, Shape> targets() {
        Map<String, Shape> out = new LinkedHashMap<>();
        walk("", (path, module) -> {
            module.parameters.forEach((n, p) -> out.put(join(path, n), p.shape()));
            module.buffers.forEach((n, b) -> out.put(join(path, n), b.shape()));
        });
        return out;
    }

    /** What takes the tensors of a checkpoint by name, and packs each for the backend at once if one is given. */
    public final TensorSink sink(@Nullable Backend packFor) {
        if (packFor != null) {
            constantsTo(packFor);
        }
        return new ModuleSink(namedParameters(), namedBuffers(), packFor);
    }

    /** All parameters and buffers; elements are turned back from packed forms when they are read. */
    public final StateDict stateDict() {
        StateDict out = new StateDict();
        walk("", (path, module) -> {
            module.parameters.forEach(
                    (n, p) -> out.put(join(path, n), new StateDict.Entry(p.dtype(), p.shape(), _ -> dense(p.value()))));
            module.buffers.forEach((n, b) -> out.put(join(path, n), b.value()));
        });
        return out;
    }

    private static Tensor dense(Tensor t) {
        return t.storage() instanceof HostStorage ? t : t.copy();
    }

    /** Gives every parameter its first values, in the order of registration. */
    public final void initialise(RandomSource random) {
        namedParameters().values().forEach(p -> p.initialise(random));
    }

    /** Takes the gradient off every parameter; its memory is used again by the next backward pass. */
    public final void zeroGrad() {
        namedParameters().values().forEach(Parameter::zeroGrad);
    }

    /**
     * Moves every parameter and buffer into the memory of the backend, such as a device's; gradients are let go. What is set or
     * loaded afterwards goes there too. Passes of this module must then run on that backend.
     */
    public final void to(Backend backend) {
        namedParameters().values().forEach(p -> p.to(backend));
        namedBuffers().values().forEach(b -> b.to(backend));
        constantsTo(backend);
    }

    private void constantsTo(Backend backend) {
        walk("", (path, module) -> module.constants.forEach(b -> b.to(backend)));
    }

    /** Moves every parameter and buffer into the memory of the backend, and puts every weight into the order that the backend reads fastest; afterwards the module is for inference only. */
    public void prepare(Backend backend) {
        namedParameters().values().forEach(p -> p.prepare(backend));
        namedBuffers().values().forEach(b -> b.to(backend));
        constantsTo(backend);
    }
}
