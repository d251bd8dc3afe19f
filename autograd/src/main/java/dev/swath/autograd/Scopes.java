package dev.swath.autograd;

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

/**
 * The running modules, the innermost first: their names make up the path, and where nothing is recorded, each owns the memory
 * that was taken in it and gives it back when it ends, except that of its results, which belong to the one around it.
 */
final class Scopes {
    private record Scope(boolean owning, List<Storage> owned) {}

    private final Pass pass;
    private final Deque<Scope> open = new ArrayDeque<>();

    Scopes(Pass pass) {
        this.pass = pass;
    }

    /** A tensor that the innermost scope owns; outside of scopes it has left the pass at once. */
    Tensor allocate(DType dtype, Shape shape) {
        Storage storage = pass.memory.takeUnowned(dtype, shape.elements());
        own(storage);
        return Tensor.over(storage, shape, 0);
    }

    private void own(Storage storage) {
        Scope scope = open.peek();
        if (scope != null && scope.owning) {
            scope.owned.add(storage);
        } else {
            pass.memory.release(storage);
        }
    }

    /** Runs the body under the name; of what was taken in it, those that {@code kept} finds in the result outlive the scope. */
    <R> R run(String name, boolean owning, boolean silent, Supplier<R> body, Function<R, List<Var>> kept) {
        int length = enter(name, owning, silent);
        List<Var> results = List.of();
        try {
            R result = body.get();
            results = kept.apply(result);
            if (pass.listener != null && !silent) {
                pass.listener.onResult(pass.path.toString(), results);
            }
            return result;
        } finally {
            exit(length, silent, results);
        }
    }

    private int enter(String name, boolean owning, boolean silent) {
        int length = pass.path.length();
        if (!name.isEmpty()) {
            pass.path.append(pass.path.isEmpty() ? "" : ".").append(name);
        }
        open.push(new Scope(owning, new ArrayList<>()));
        if (pass.listener != null && !silent) {
            pass.listener.onEnter(pass.path.toString());
        }
        return length;
    }

    private void exit(int length, boolean silent, List<Var> results) {
        if (pass.listener != null && !silent) {
            pass.listener.onExit(pass.path.toString());
        }
        Scope scope = open.pop();
        pass.path.setLength(length);
        Set<Storage> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        results.forEach(v -> kept.add(v.value().storage()));
        for (Storage storage : scope.owned) {
            if (kept.contains(storage)) {
                own(storage);
            } else {
                pass.memory.give(storage);
            }
        }
    }
}
