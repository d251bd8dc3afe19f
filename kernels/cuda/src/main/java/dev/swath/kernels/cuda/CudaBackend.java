package dev.swath.kernels.cuda;

import dev.swath.kernels.Backend;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Precision;
import dev.swath.kernels.Recorded;
import dev.swath.kernels.Slice;
import dev.swath.tensor.AbsentStorage;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.jspecify.annotations.Nullable;

/**
 * The kernels and the memory of one NVIDIA device. Everything that is asked of one backend is done in order, on one stream;
 * two backends on the same device work beside each other, each with memory of its own.
 */
public final class CudaBackend implements Backend {
    private static final System.Logger LOGGER = System.getLogger(CudaBackend.class.getName());

    private final Device device;
    private final Gpu gpu;
    private final Pool pool;
    private final Staging staging;
    private final Modules modules;
    private final KernelTable kernels = new KernelTable();
    private final AtomicLong uploads = new AtomicLong();
    private final AtomicLong downloads = new AtomicLong();
    private final AtomicLong copied = new AtomicLong();
    private volatile boolean closed;
    private volatile boolean tf32;
    private volatile boolean libraries = true;
    private volatile boolean hopper = true;
    private @Nullable Boolean hopperWorks;
    private @Nullable CuBlasLt cublasLt;
    private @Nullable CuDnn cudnn;
    private boolean cudnnFails;

    /** On device {@code index}, which the driver must know. */
    CudaBackend(int index) {
        this(index, LaunchCheck.NONE);
    }

    /** The same, with somebody who looks at each launch. */
    CudaBackend(int index, LaunchCheck check) {
        this.device = new Device(Device.Kind.CUDA, index);
        this.gpu = new Gpu(index);
        this.pool = new Pool(gpu, limit());
        this.staging = new Staging(gpu);
        this.modules = new Modules(gpu, KernelCache.open(), check);
    }

    /** {@code -Dswath.cuda.memory} in MiB, else all. */
    private static long limit() {
        long mib = Long.getLong("swath.cuda.memory", 0);
        return mib > 0 ? mib << 20 : Long.MAX_VALUE;
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public String description() {
        return gpu.name() + ", compute capability " + gpu.capability() / 10 + "." + gpu.capability() % 10 + ", "
                + gpu.multiprocessors() + " multiprocessors, " + (gpu.memory()[1] >> 20) + " MiB";
    }

    @Override
    public Device device() {
        return device;
    }

    Gpu gpu() {
        return gpu;
    }

    Modules modules() {
        return modules;
    }

    /** Whether products of f32 round their operands to tf32 from now on, 10 bits of mantissa instead of 23. They do not at first. */
    public void allowTf32(boolean allowed) {
        tf32 = allowed;
    }

    /** Whether bf16 is multiplied as only compute capability 9.0 can: with the compiler here, and once its kernels have proved right. */
    synchronized boolean hopper() {
        if (!hopper || gpu.capability() != 90 || !Libraries.nvrtc().found()) {
            return false;
        }
        if (hopperWorks == null) {
            if (gpu.isRecording()) {
                return false; // Trying them now would be recorded.
            }
            hopperWorks = Hopper.works(this);
        }
        return hopperWorks;
    }

    /** Whether it may be, where it can. */
    void useHopper(boolean use) {
        hopper = use;
    }

    /** Whether NVIDIA's libraries may serve where they are here; otherwise our own kernels do everything. */
    void useLibraries(boolean use) {
        libraries = use;
    }

    /** NVIDIA's matrix products, or null where the library is missing. */
    synchronized @Nullable CuBlasLt cublasLt() {
        if (cublasLt == null && libraries && Libraries.cublasLt().found()) {
            cublasLt = new CuBlasLt(this);
        }
        return libraries ? cublasLt : null;
    }

    /** NVIDIA's convolutions, or null where the library is missing or cannot be opened. */
    synchronized @Nullable CuDnn cudnn() {
        if (cudnn == null
                && libraries
                && !cudnnFails
                && !gpu.isRecording()
                && Libraries.cudnn().found()) {
            try {
                cudnn = new CuDnn(this);
            } catch (CudaException e) {
                cudnnFails = true;
                LOGGER.log(System.Logger.Level.WARNING, "{0}; our own kernels convolve", e.getMessage());
            }
        }
        return libraries ? cudnn : null;
    }

    boolean tf32() {
        return tf32;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public boolean supports(Class<? extends Kernel> kind, KernelTypes types) {
        return kernels.find(kind, types) != null;
    }

    @Override
    public <K extends Kernel> K kernel(Class<K> kind, KernelTypes types) {
        Kernel kernel = kernels.find(kind, types);
        if (kernel == null) {
            throw new UnsupportedOperationException(
                    "the cuda backend has no " + kind.getSimpleName() + " for " + types);
        }
        return kind.cast(kernel);
    }

    @Override
    public Execution execution(Parallelism parallelism) {
        return new CudaExecution(this, parallelism, false);
    }

    /** For a launch of its own. */
    CudaExecution launches() {
        return new CudaExecution(this, Parallelism.single(), false);
    }

    @Override
    public Execution execution(Parallelism parallelism, Precision precision) {
        return new CudaExecution(this, parallelism, precision != Precision.F32);
    }

    @Override
    public Storage allocate(DType dtype, long elements) {
        long bytes = elements * dtype.bytes();
        return new CudaStorage(dtype, elements, this, new CudaStorage.Block(pool.take(bytes), Pool.rounded(bytes)));
    }

    @Override
    public void free(Storage storage) {
        CudaStorage own = own(storage);
        pool.give(own.release());
        CudaStorage rounded = own.rounded();
        if (rounded != null) {
            pool.give(rounded.release());
        }
    }

    /** Where element 0 of the slice lies; it must be in this memory. */
    long address(Slice slice) {
        return own(slice.storage()).address()
                + slice.offset() * (long) slice.storage().dtype().bytes();
    }

    private CudaStorage own(Storage storage) {
        Storage there = storage instanceof CudaWeight weight ? weight.dense() : storage;
        if (there instanceof CudaStorage s && s.owner() == this) {
            return s;
        }
        if (storage instanceof AbsentStorage absent) {
            throw new IllegalStateException(
                    "[cuda] " + absent.reason().rule() + "; got " + storage.dtype() + " without elements");
        }
        throw new IllegalStateException("[cuda] an operand must be in the memory of " + device + "; got "
                + storage.dtype() + " on " + storage.device());
    }

    @Override
    public Tensor upload(Tensor host) {
        Tensor there = Tensor.over(allocate(host.dtype(), host.elements()), host.shape(), 0);
        there.copyFrom(host);
        return there;
    }

    @Override
    public Tensor download(Tensor tensor) {
        own(tensor.storage());
        return tensor.copy();
    }

    void up(HostStorage source, long from, long address, long count) {
        uploads.incrementAndGet();
        copied.addAndGet(count * source.dtype().bytes());
        staging.up(source, from, address, count);
    }

    void down(long address, HostStorage target, long at, long count) {
        downloads.incrementAndGet();
        copied.addAndGet(count * target.dtype().bytes());
        staging.down(address, target, at, count);
    }

    @Override
    public boolean records() {
        return true;
    }

    @Override
    public Recorded record(Runnable work) {
        gpu.beginRecording();
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            gpu.abandonRecording();
            giveBack(pool.takeAside());
            throw e;
        }
        CUgraph_st graph = gpu.endRecording();
        return new Graph(this, graph, pool.takeAside());
    }

    @Override
    public @Nullable Branch branch() {
        if (!gpu.beginBranch()) {
            return null;
        }
        pool.hold(true);
        return new Branch() {
            @Override
            public void end() {
                pool.hold(false);
                gpu.endBranch();
            }

            @Override
            public void join() {
                gpu.joinBranch();
                pool.letGo();
            }
        };
    }

    void giveBack(List<Long> memory) {
        if (!closed) {
            memory.forEach(pool::give);
        }
    }

    /** The time that the device takes for the work that {@code work} gives it, in microseconds, measured by the device. */
    public double microseconds(Runnable work) {
        return gpu.microseconds(work);
    }

    @Override
    public void synchronize() {
        gpu.synchronize();
    }

    @Override
    public Memory memory() {
        return new Memory(pool.used(), pool.pooled(), closed ? 0 : gpu.memory()[0], pool.limit());
    }

    /** Returns when every kernel is compiled and kept, on all processors; what is on disk already costs nothing. */
    public void compileAll() {
        modules.compileAhead();
        modules.awaitCompiled();
    }

    /** Gives the device back what was given back here. */
    public void trim() {
        pool.trim();
    }

    @Override
    public Transfers transfers() {
        return new Transfers(uploads.get(), downloads.get(), copied.get());
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        // A device that was lost refuses everything; its context goes back all the same.
        try {
            if (cublasLt != null) {
                cublasLt.close();
            }
            if (cudnn != null) {
                cudnn.close();
            }
            pool.close();
            staging.close();
            modules.close();
        } finally {
            gpu.close();
        }
    }
}
