package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;

/** Launches on a backend's stream, with the memory in which their arguments are put together. For one thread at a time. */
final class CudaExecution implements Execution {
    private final CudaBackend owner;
    private final Parallelism parallelism;
    private final boolean tf32;
    private final Launch launch;

    /** With products of f32 rounded to tf32, or as the backend has it. */
    CudaExecution(CudaBackend owner, Parallelism parallelism, boolean tf32) {
        this.owner = owner;
        this.parallelism = parallelism;
        this.tf32 = tf32;
        this.launch = new Launch(owner);
    }

    /** The execution of a device, as its kernels need it. */
    static CudaExecution of(Execution on) {
        if (on instanceof CudaExecution e) {
            return e;
        }
        throw new IllegalArgumentException("[cuda] a kernel of a device runs on an execution of its backend; got "
                + on.getClass().getSimpleName());
    }

    /** Begins a launch of a kernel in {@code FILE.cu}; what is said of it is forgotten by the next. */
    Launch launch(String file, String kernel) {
        return launch.of(owner.modules().function(file, kernel));
    }

    /** Where the slice's first element lies. */
    long address(Slice slice) {
        return owner.address(slice);
    }

    /** A kernel that was launched here has written elements, perhaps of a weight. */
    void changed(Slice y) {
        ((CudaStorage) y.storage()).changed(this);
    }

    CudaBackend backend() {
        return owner;
    }

    /** How many blocks the device runs at once, at least. */
    int multiprocessors() {
        return owner.gpu().multiprocessors();
    }

    /** Whether products of f32 may round their operands to tf32. */
    boolean tf32() {
        return tf32 || owner.tf32();
    }

    @Override
    public Parallelism parallelism() {
        return parallelism;
    }

    @Override
    public Storage borrow(DType dtype, long elements) {
        return owner.allocate(dtype, elements);
    }

    @Override
    public void giveBack(Storage scratch) {
        owner.free(scratch);
    }

    @Override
    public void close() {
        launch.close();
    }
}
