package dev.swath.kernels;

import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.util.function.IntConsumer;

/**
 * Where the work of kernels goes, and the scratch memory they may use there: on the processor threads ({@link
 * HostExecution}), on a device a stream. Work that is given to one execution is done in order; a pass has one of its own.
 * Made by {@link Backend#execution}.
 */
public interface Execution extends AutoCloseable {
    /** The processor threads: on the processor they do the work, for a device they prepare it. */
    Parallelism parallelism();

    /** Runs {@code body} for each number from 0 to {@code tasks - 1} on the threads, in any order, and returns when all are done. */
    default void forEach(int tasks, IntConsumer body) {
        parallelism().forEach(tasks, body);
    }

    /**
     * Memory for a kernel's own use while it runs, of at least {@code elements}, with undefined content. To be handed back by
     * {@link #giveBack} before the kernel returns; work that was given to the execution before may still use it then.
     */
    Storage borrow(DType dtype, long elements);

    /** Takes back what {@link #borrow} gave. */
    void giveBack(Storage scratch);

    /** Gives back what it holds of its backend, such as a stream; the threads are the caller's. */
    @Override
    void close();
}
