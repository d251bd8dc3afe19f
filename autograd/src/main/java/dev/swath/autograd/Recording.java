package dev.swath.autograd;

import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The ops of a recording tape in order, and the way back over them. */
final class Recording {
    private record Node(String op, String path, Var output, List<Var> inputs, Backward backward, List<Storage> owned) {}

    private final Tape tape;
    private final Workspace workspace;
    private final TapeMemory memory;
    private final @Nullable TapeListener listener;
    private final boolean nanCheck;
    private final List<Node> nodes = new ArrayList<>();
    private final Set<Var> reached = new LinkedHashSet<>();

    Recording(Tape tape, Workspace workspace, TapeMemory memory, @Nullable TapeListener listener, boolean nanCheck) {
        this.tape = tape;
        this.workspace = workspace;
        this.memory = memory;
        this.listener = listener;
        this.nanCheck = nanCheck;
    }

    /** Appends an op, which owns what has been allocated since the last one, and returns its result. */
    Var push(String op, String path, Tensor output, Backward backward, List<Var> inputs) {
        Var result = Var.result(output, true);
        nodes.add(new Node(op, path, result, inputs, backward, memory.claim()));
        return result;
    }

    /** How many ops there are. */
    int size() {
        return nodes.size();
    }

    /** Adds a copy of the gradient to that of a result. */
    void seed(Var result, Tensor gradient) {
        @Nullable List<Storage> outer = memory.beginBackward();
        GradientSink sink = new GradientSink(tape, List.of(result), null);
        sink.add(0, gradient);
        memory.endBackward(outer, sink.kept());
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
            node.owned.forEach(memory::free);
        }
    }

    private void backward(Node node, Tensor d) {
        tape.setPath(node.path);
        node.output.runHooks();
        @Nullable List<Storage> outer = memory.beginBackward();
        GradientSink sink = new GradientSink(tape, node.inputs, d);
        node.backward.apply(d, sink);
        sink.finish();
        memory.endBackward(outer, sink.kept());
        node.output.setGrad(null);
        if (!sink.passedOn()) {
            workspace.give(d.storage());
        }
        if (listener != null) {
            listener.onBackward(node.op, node.path);
        }
        for (int i = 0; nanCheck && i < node.inputs.size(); i++) {
            Tensor gradient = node.inputs.get(i).grad();
            if (gradient != null) {
                NanCheck.requireNoneBackward(node.op, node.path, i, gradient);
            }
        }
    }

    /** A leaf may have got a gradient. */
    void reached(Var variable) {
        if (variable.isLeaf()) {
            reached.add(variable);
        }
    }

    /** Ends the way back: runs the hooks of the leaves. */
    void finish() {
        reached.forEach(Var::runHooks);
        reached.clear();
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
                    memory.free(storage);
                }
            }
        }
        return found;
    }
}
