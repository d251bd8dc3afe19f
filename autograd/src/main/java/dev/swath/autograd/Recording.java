package dev.swath.autograd;

import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The ops of a recording tape in order, and the way back over them. */
final class Recording {
    private record Node(String op, String path, Var output, List<Var> inputs, Backward backward, List<Storage> owned) {}

    private final Pass pass;
    private final List<Node> nodes = new ArrayList<>();
    /** Leaves that may have got a gradient. */
    private final Set<Var> reached = new LinkedHashSet<>();
    /** Memory for gradients of leaves that this way back has set to zero, and no gradient has taken yet. */
    private final Set<Tensor> cleared = Collections.newSetFromMap(new IdentityHashMap<>());

    Recording(Pass pass) {
        this.pass = pass;
    }

    /** Appends an op, which owns what has been allocated since the last one, and returns its result. */
    Var push(String op, Tensor output, Backward backward, List<Var> inputs) {
        Var result = Var.result(output, true);
        nodes.add(new Node(op, pass.path.toString(), result, inputs, backward, pass.memory.claim()));
        return result;
    }

    /** How many ops there are. */
    int size() {
        return nodes.size();
    }

    /** Adds a copy of the gradient to that of a result. */
    void seed(Var result, Tensor gradient) {
        @Nullable List<Storage> outer = pass.memory.beginBackward();
        GradientSink sink = new GradientSink(pass, List.of(result), null, reached, cleared);
        sink.add(0, gradient);
        pass.memory.endBackward(outer, sink.kept());
    }

    /**
     * On a device, sets the memory for the gradients of all leaves to zero at once: a launch each costs more than most of them. The
     * processor's caches are better served by one after another. Leaves inside of checkpoints are not known here.
     */
    void clearGradients() {
        if (pass.backend.device().equals(Device.CPU)) {
            return;
        }
        Map<DType, List<Tensor>> all = new EnumMap<>(DType.class);
        for (Node node : nodes) {
            for (Var input : node.inputs) {
                if (input.isLeaf() && input.requiresGrad() && input.grad() == null) {
                    Tensor spare = pass.spare(input);
                    if (cleared.add(spare)) {
                        all.computeIfAbsent(spare.dtype(), _ -> new ArrayList<>())
                                .add(spare);
                    }
                }
            }
        }
        all.values().forEach(pass::clear);
    }

    /** Goes backwards over the ops from the last one to number {@code base}, and takes each off. */
    void run(int base) {
        while (nodes.size() > base) {
            Node node = nodes.removeLast();
            Tensor d = node.output.grad();
            if (d != null) {
                backward(node, d);
            }
            node.output.free();
            node.owned.forEach(pass.memory::free);
        }
    }

    private void backward(Node node, Tensor d) {
        pass.path.setLength(0);
        pass.path.append(node.path);
        node.output.runHooks();
        @Nullable List<Storage> outer = pass.memory.beginBackward();
        GradientSink sink = new GradientSink(pass, node.inputs, d, reached, cleared);
        node.backward.apply(d, sink);
        sink.finish();
        pass.memory.endBackward(outer, sink.kept());
        node.output.setGrad(null);
        if (!sink.passedOn()) {
            pass.memory.give(d.storage());
        }
        if (pass.listener != null) {
            pass.listener.onBackward(node.op, node.path);
        }
        for (int i = 0; pass.nanCheck && i < node.inputs.size(); i++) {
            Tensor gradient = node.inputs.get(i).grad();
            if (gradient != null) {
                NanCheck.requireNoneBackward(node.op, node.path, i, gradient);
            }
        }
    }

    /** Ends the way back: runs the hooks of the leaves. */
    void finish() {
        pass.path.setLength(0);
        reached.forEach(Var::runHooks);
        reached.clear();
        cleared.clear();
    }

    /** Frees the ops from number {@code base} on, but not the given storage; tells whether one of them owned it. */
    boolean forget(int base, @Nullable Storage but) {
        boolean found = false;
        while (nodes.size() > base) {
            Node node = nodes.removeLast();
            node.output.free();
            for (Storage storage : node.owned) {
                if (storage == but) {
                    found = true;
                } else {
                    pass.memory.free(storage);
                }
            }
        }
        return found;
    }
}
