package dev.swath.nn.inspect;

import dev.swath.autograd.OpCall;
import dev.swath.autograd.TapeListener;
import dev.swath.autograd.Var;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleException;
import dev.swath.nn.ModuleList;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes a pass down: give it to a tape as listener, run the network once, and take {@link #record}. It reads what it is shown and
 * changes nothing, so values are those of a plain pass to the last bit. Of each module's results it notes statistics and a small
 * picture as they go by; whole tensors it copies only where {@link Keep} names them. On a pass of shapes alone (a {@link
 * dev.swath.kernels.MetaBackend}) it notes shapes, and counts the bytes that would be kept. On a device, times are those of handing
 * the work over, not of the work. For one pass of one tape.
 */
public final class PassRecorder implements TapeListener {
    private static final class Frame {
        final String path;
        final int call;
        final long start;
        final List<Step> steps = new ArrayList<>();
        /** Scopes without a name of their own that are open in it. */
        int nameless;

        List<Result> results = List.of();
        long flops;
        long bytes;

        Frame(String path, int call, long start) {
            this.path = path;
            this.call = call;
            this.start = start;
        }
    }

    /** Sees tensors as they go by, before their memory is used again; what it takes does not count as the pass's time. */
    public interface Observer {
        /** Nobody. */
        Observer NOBODY = new Observer() {};

        /** A tensor leaves a module; {@code name} is that of {@link Result}. */
        default void onResult(String name, Tensor value) {}

        /** An op has run; {@code name} is that of {@link OpRecord}. What it does to the result is what is kept. */
        default void onCall(String name, OpCall call) {}
    }

    private final Observer observer;
    private final Map<String, Module> modules;
    private final Map<String, Long> parameters = new HashMap<>();
    private final IdentityHashMap<Object, String> names = new IdentityHashMap<>();
    private final Predicate<String> keepModule;
    private final Predicate<String> keepOp;

    private final Deque<Frame> open = new ArrayDeque<>();
    private final Map<String, Integer> calls = new HashMap<>();
    private final Map<String, Integer> opCalls = new HashMap<>();
    private final IdentityHashMap<Var, Integer> makers = new IdentityHashMap<>();
    private final IdentityHashMap<Var, Tensor> copies = new IdentityHashMap<>();
    private final IdentityHashMap<Var, Result> noted = new IdentityHashMap<>();
    private final List<OpRecord> ops = new ArrayList<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, Map<String, Tensor>> opTensors = new LinkedHashMap<>();
    private final Grids grids = new Grids();
    private long keptBytes;
    private @Nullable ModuleCall root;
    /** Nanoseconds that the recording itself has taken. */
    private long own;

    private long last;

    /** Of a pass of this network that keeps these tensors. */
    public PassRecorder(Module network, Keep keep) {
        this(network, keep, Observer.NOBODY);
    }

    /** Of a pass of this network that keeps these tensors and shows the others, too, as they go by. */
    public PassRecorder(Module network, Keep keep, Observer observer) {
        this.observer = observer;
        this.modules = network.namedModules();
        this.keepModule = keep.ofModules();
        this.keepOp = keep.ofOps();
        modules.forEach((name, module) -> parameters.put(name, module.parameterCount()));
        network.namedParameters().forEach((name, p) -> names.put(p, name));
        network.namedBuffers().forEach((name, b) -> names.put(b.value(), name));
    }

    /** What has been written down, once the pass has ended. */
    public PassRecord record() {
        if (root == null) {
            throw new ModuleException("[inspect] the pass must have ended before its record is taken");
        }
        return new PassRecord(root, ops, tensors, opTensors, keptBytes);
    }

    @Override
    public boolean wantsCalls() {
        return true;
    }

    @Override
    public void onEnter(String path) {
        long start = System.nanoTime();
        Frame top = open.peek();
        if (top != null && top.path.equals(path)) {
            top.nameless++;
        } else {
            int call = isGroup(path) ? 1 : calls.merge(path, 1, Integer::sum);
            open.push(new Frame(path, call, start - own));
        }
        end(start);
    }

    @Override
    public void onResult(String path, List<Var> results) {
        long start = System.nanoTime();
        Frame top = open.element();
        // The answer of a whole network is read in a scope around its call that has no name either.
        boolean whole = top.nameless == 0 || path.isEmpty() && top.nameless == 1;
        if (whole && !results.isEmpty() && !isGroup(path)) {
            List<Result> out = new ArrayList<>();
            for (int i = 0; i < results.size(); i++) {
                out.add(noted(Result.name(top.path, top.call, i), results.get(i)));
            }
            top.results = out;
        }
        end(start);
    }

    @Override
    public void onExit(String path) {
        long start = System.nanoTime();
        Frame top = open.element();
        if (top.nameless > 0) {
            top.nameless--;
        } else {
            open.pop();
            close(top, start - own - top.start);
        }
        end(start);
    }

    private void close(Frame frame, long nanos) {
        Frame parent = open.peek();
        List<Step> steps = frame.steps;
        long flops = frame.flops;
        long bytes = frame.bytes;
        if (parent != null) {
            parent.flops += flops;
            parent.bytes += bytes;
        }
        int earlier = parent != null && isGroup(frame.path) ? find(parent.steps, frame.path) : -1;
        if (earlier >= 0 && parent.steps.get(earlier) instanceof ModuleCall group) {
            List<Step> both = new ArrayList<>(group.steps());
            both.addAll(steps);
            parent.steps.set(
                    earlier, call(frame, both, group.nanos() + nanos, group.flops() + flops, group.bytes() + bytes));
            return;
        }
        ModuleCall made = call(frame, steps, nanos, flops, bytes);
        if (parent != null) {
            parent.steps.add(made);
        } else if (root == null) {
            root = made;
        }
    }

    private static int find(List<Step> steps, String path) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) instanceof ModuleCall m && m.path().equals(path)) {
                return i;
            }
        }
        return -1;
    }

    private ModuleCall call(Frame frame, List<Step> steps, long nanos, long flops, long bytes) {
        Module module = modules.get(frame.path);
        return new ModuleCall(
                frame.path,
                frame.call,
                module == null ? "" : module.getClass().getSimpleName(),
                module == null ? "" : module.getClass().getName(),
                parameters.getOrDefault(frame.path, 0L),
                frame.results,
                steps,
                nanos,
                flops,
                bytes);
    }

    @Override
    public void onCall(OpCall call) {
        long start = System.nanoTime();
        Frame top = open.peek();
        int id = ops.size();
        String name = PassRecord.opName(call.path(), call.op(), opCalls);
        List<OpInput> inputs = new ArrayList<>();
        long bytes = bytes(call.output());
        for (Map.Entry<String, Var> e : call.inputs().entrySet()) {
            Var v = e.getValue();
            inputs.add(new OpInput(e.getKey(), v.shape(), v.dtype(), makers.getOrDefault(v, -1), parameter(v)));
            bytes += bytes(v);
        }
        boolean view = !call.isFresh();
        OpRecord made = new OpRecord(
                id,
                name,
                call.op(),
                call.path(),
                inputs,
                call.settings(),
                call.output().shape(),
                call.output().dtype(),
                view,
                call.kernel() == null ? "" : call.kernel().getName(),
                start - own - last,
                call.flops(),
                view ? 0 : bytes);
        ops.add(made);
        makers.put(call.output(), id);
        grids.note(call.output().shape());
        observer.onCall(name, call);
        if (keepOp.test(name)) {
            keep(name, call);
        }
        if (top != null) {
            top.steps.add(made);
            top.flops += made.flops();
            top.bytes += made.bytes();
        }
        end(start);
    }

    private void keep(String name, OpCall call) {
        Map<String, Tensor> kept = new LinkedHashMap<>();
        call.inputs().forEach((input, v) -> kept.put(input, copy(v)));
        kept.put("", copy(call.output()));
        opTensors.put(name, kept);
    }

    /** A parameter stays where it is, for it does not change; all else is copied, once. */
    private Tensor copy(Var v) {
        if (!parameter(v).isEmpty()) {
            return v.value();
        }
        return copies.computeIfAbsent(v, x -> {
            keptBytes += bytes(x);
            return isReadable(x.value()) ? x.value().copy() : x.value();
        });
    }

    private Result noted(String name, Var v) {
        Tensor value = v.value();
        grids.note(v.shape());
        if (keepModule.test(name)) {
            tensors.put(name, copy(v));
        }
        observer.onResult(name, value);
        if (!isReadable(value)) {
            return new Result(name, v.shape(), v.dtype(), null, null);
        }
        // A module often hands on what a part of it gave.
        Result same = noted.get(v);
        if (same != null) {
            return new Result(name, v.shape(), v.dtype(), same.statistics(), same.picture());
        }
        Tensor here = value.device().equals(Device.CPU) ? value : value.copy();
        Result made =
                new Result(name, v.shape(), v.dtype(), Statistics.of(here), Picture.of(here, grids.height(v.shape())));
        noted.put(v, made);
        return made;
    }

    private static boolean isReadable(Tensor value) {
        return value.device().kind() != Device.Kind.META;
    }

    private String parameter(Var v) {
        String name = names.get(v);
        return name != null ? name : names.getOrDefault(v.value(), "");
    }

    private boolean isGroup(String path) {
        Module module = modules.get(path);
        return module == null || module instanceof ModuleList<?>;
    }

    private static long bytes(Var v) {
        DType type = v.dtype();
        return v.value().elements() * type.bytes();
    }

    private void end(long start) {
        long now = System.nanoTime();
        own += now - start;
        last = now - own;
    }
}
