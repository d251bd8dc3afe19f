package dev.swath.kernels;

import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A set of kernels for one kind of memory, and that memory. Thread-safe. */
public interface Backend extends AutoCloseable {
    /** {@code scalar}, {@code vector}, {@code cuda}, ... */
    String name();

    /** One line for people: what it runs on, such as the vector width. */
    String description();

    /** Where its kernels want their operands. */
    Device device();

    /**
     * The kernel of that kind for those element types.
     *
     * @throws UnsupportedOperationException if there is none; the message names the kernel, the types and the backend
     */
    <K extends Kernel> K kernel(Class<K> kind, KernelTypes types);

    /** The kernel of that kind for one element type. */
    default <K extends Kernel> K kernel(Class<K> kind, DType type) {
        return kernel(kind, KernelTypes.of(type));
    }

    /** Whether {@link #kernel(Class, KernelTypes)} has an answer. */
    boolean supports(Class<? extends Kernel> kind, KernelTypes types);

    /** Where the kernels of one pass run, prepared by these threads. Whoever asks for it closes it. */
    Execution execution(Parallelism parallelism);

    /** The same for a pass of that precision; most backends have one way to multiply f32. */
    default Execution execution(Parallelism parallelism, Precision precision) {
        return execution(parallelism);
    }

    /** A fresh storage in its memory. The elements are undefined. */
    Storage allocate(DType dtype, long elements);

    /** Gives back a storage that {@link #allocate} gave and nobody reads any more. Processor memory is the garbage collector's. */
    void free(Storage storage);

    /**
     * A dense copy of a tensor in its memory, in the same element type; the tensor itself if its memory is the processor's
     * and the elements are there already.
     */
    Tensor upload(Tensor host);

    /** The elements in processor memory, dense and in row-major order; the tensor itself if they are that already. */
    Tensor download(Tensor tensor);

    /** Copies the elements of {@code from} to {@code to}, of the same shape and type, both in its memory, in any layout. */
    default void copy(Tensor from, Tensor to, Execution e) {
        kernel(CopyKernel.class, from.dtype())
                .copy(
                        Slice.of(to),
                        to.strides(),
                        Slice.of(from),
                        from.strides(),
                        from.shape().dims(),
                        e);
    }

    /** Whether it can {@link #record}: on a device, a recorded pass costs one launch in place of some thousand. */
    default boolean records() {
        return false;
    }

    /**
     * Records the kernels that {@code work} launches on the calling thread, without running them. The work must have run once
     * before in the same way, so that nothing has to be compiled or measured first; it copies nothing over the border of the
     * backend's memory and waits for nothing.
     *
     * @throws UnsupportedOperationException if the backend does not {@link #records}
     */
    default Recorded record(Runnable work) {
        throw new UnsupportedOperationException("the " + name() + " backend records nothing");
    }

    /** Work that need not be done before what is asked for after it. */
    interface Branch {
        /** What is asked for from now on does not belong to it, nor need it. */
        void end();

        /** What is asked for from now on comes after it, and may read what it wrote. */
        void join();
    }

    /**
     * Begins a branch of the {@link #record}ing: what is asked for until its end may run beside what is asked for then, until it is
     * joined, which must happen within the recording. Memory that is freed within the branch must not be used by others before.
     *
     * @return null where work is done one after another, as it is outside of recordings, and while another branch is not joined
     */
    default @Nullable Branch branch() {
        return null;
    }

    /** Returns when all work that was given to it is done. */
    void synchronize();

    /** What its memory holds. */
    Memory memory();

    /** Copies between its memory and the processor's since it was made; none where they are the same. */
    Transfers transfers();

    /** Gives back all of its memory. Of a device: nothing of it may be used afterwards; of the processor: nothing happens. */
    @Override
    void close();

    /**
     * Memory of a backend, in bytes.
     *
     * @param used given out and not given back
     * @param pooled given back and kept for the next
     * @param free what the device could still give
     * @param limit the most it will take
     */
    record Memory(long used, long pooled, long free, long limit) {}

    /**
     * Copies over the border of a backend's memory.
     *
     * @param uploads copies to it
     * @param downloads copies from it
     * @param bytes of both
     */
    record Transfers(long uploads, long downloads, long bytes) {
        /** None. */
        public static final Transfers NONE = new Transfers(0, 0, 0);
    }
}
