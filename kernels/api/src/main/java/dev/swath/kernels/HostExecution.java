package dev.swath.kernels;

import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Storage;

/**
 * The processor: threads, and arrays to borrow.
 *
 * @param parallelism who works
 * @param arrays what is borrowed, shared with the other executions of the backend
 */
public record HostExecution(Parallelism parallelism, ScratchArrays arrays) implements Execution {
    /** On the caller's thread, with arrays of its own; for calls of a single kernel. */
    public static HostExecution single() {
        return on(Parallelism.single());
    }

    /** On these threads, with arrays of its own; for calls of a single kernel. */
    public static HostExecution on(Parallelism parallelism) {
        return new HostExecution(parallelism, new ScratchArrays());
    }

    /** The arrays of an execution that runs on the processor. */
    public static ScratchArrays arrays(Execution e) {
        if (e instanceof HostExecution host) {
            return host.arrays;
        }
        throw new IllegalArgumentException("[kernel] a processor kernel runs on the processor's threads; got "
                + e.getClass().getSimpleName());
    }

    @Override
    public Storage borrow(DType dtype, long elements) {
        return dtype == DType.F32
                ? new HostStorage.Floats(arrays.take(Math.toIntExact(elements)))
                : HostStorage.allocate(dtype, elements);
    }

    @Override
    public void giveBack(Storage scratch) {
        if (scratch instanceof HostStorage.Floats floats) {
            arrays.give(floats.array());
        }
    }

    @Override
    public void close() {}
}
