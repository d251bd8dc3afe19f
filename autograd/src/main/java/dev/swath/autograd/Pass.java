package dev.swath.autograd;

import dev.swath.kernels.Backend;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Precision;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all parts of one tape work with, going forwards and backwards: the backend and where its kernels run, the memory, who
 * watches, and the name of the module that is running.
 */
final class Pass {
    final Backend backend;
    final Execution execution;
    final PassMemory memory;
    final @Nullable TapeListener listener;
    final boolean nanCheck;
    final Precision precision;
    final StringBuilder path = new StringBuilder();
    /** The listener if it wants to be told of each op with all that it read. */
    final @Nullable TapeListener calls;
    /** What the running op has told of itself, for such a listener. */
    @Nullable
    OpDetails details;
    /** What the running op has asked to compute first, for such a listener. */
    @Nullable
    Kernel computing;

    Pass(Tape.Options o, Workspace workspace) {
        this.backend = o.backend();
        this.precision = o.precision();
        this.execution = o.backend().execution(o.parallelism(), precision);
        this.memory = new PassMemory(workspace, o.workspace() == null);
        this.listener = o.listener();
        this.nanCheck = o.nanCheck();
        this.calls = listener != null && listener.wantsCalls() ? listener : null;
    }

    /** A tensor of undefined elements for the op that is running. */
    Tensor allocate(DType dtype, Shape shape) {
        return Tensor.over(memory.take(dtype, shape.elements()), shape, 0);
    }

    /** See {@link Tape#beside}. */
    <T> Supplier<T> beside(Supplier<T> work) {
        Backend.@Nullable Branch branch = backend.branch();
        if (branch == null) {
            T result = work.get();
            return () -> result;
        }
        memory.hold(true);
        T result = work.get();
        memory.hold(false);
        branch.end();
        return new Supplier<>() {
            private boolean joined;

            @Override
            public T get() {
                if (!joined) {
                    joined = true;
                    branch.join();
                    memory.letGo();
                }
                return result;
            }
        };
    }

    /** Memory for the gradient of a leaf. Leaves own their gradients, so it is not the workspace's, and exact in size. */
    Tensor spare(Var leaf) {
        Tensor spare = leaf.spare();
        if (spare == null) {
            spare = Tensor.over(backend.allocate(leaf.dtype(), leaf.shape().elements()), leaf.shape(), 0);
            leaf.setSpare(spare);
        }
        return spare;
    }

    /** Every element becomes that number. */
    void fill(Tensor x, double value) {
        backend.kernel(CopyKernel.class, x.dtype()).fill(Slice.of(x), value, x.elements(), execution);
    }

    /** Every element of dense tensors of one type becomes 0. */
    void clear(List<Tensor> all) {
        backend.kernel(CopyKernel.class, all.getFirst().dtype())
                .fillAll(
                        all.stream().map(Slice::of).toList(),
                        0,
                        all.stream()
                                .mapToInt(x -> Math.toIntExact(x.elements()))
                                .toArray(),
                        execution);
    }

    /** The backend's kernel of that kind, or a sentence. */
    <K extends Kernel> K kernel(Class<K> kind, KernelTypes types) {
        if (!backend.supports(kind, types)) {
            String op = kind.getSimpleName().replace("Kernel", "").toLowerCase(Locale.ROOT);
            throw error(
                    op,
                    "the " + backend.name() + " backend must have a kernel for these element types",
                    types.toString());
        }
        K kernel = backend.kernel(kind, types);
        if (calls != null && computing == null) {
            computing = kernel;
        }
        return kernel;
    }

    OpException error(String op, String rule, String got) {
        return new OpException(op, rule, got, path.toString());
    }
}
