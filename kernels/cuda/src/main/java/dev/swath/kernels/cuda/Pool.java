package dev.swath.kernels.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.LongPointer;

/**
 * The memory of one backend. A block that is given back is kept and handed out again, at once and without waiting: all work
 * of a backend is one stream, so whoever gets the block comes after whoever had it. Blocks have sizes in steps of at most an
 * eighth, so that passes of slightly different sizes share them. Thread-safe.
 *
 * <p>While a graph is recorded, blocks that are given back are kept aside: the graph goes on using their addresses for as
 * long as it lives.
 */
final class Pool {
    private static final long SMALLEST = 512;

    /**
     * Whether every storage has memory of its own, as large as it is, that goes back to the device with it: {@code
     * -Dswath.cuda.pool=off}. Slow; but whoever looks for steps beside memory then sees each of them.
     */
    private static final boolean EXACT = "off".equals(System.getProperty("swath.cuda.pool"));

    private final Gpu gpu;
    private final long limit;
    private final TreeMap<Long, Deque<Long>> free = new TreeMap<>();
    private final Map<Long, Deque<Long>> aside = new HashMap<>();
    private final Map<Long, Long> sizes = new HashMap<>();
    /** What a branch of the recording gave back: others get it once the branch is joined. */
    private final List<Long> held = new ArrayList<>();

    private boolean holding;
    private long used;
    private long pooled;
    private boolean closed;

    /** Takes at most {@code limit} bytes of the device. */
    Pool(Gpu gpu, long limit) {
        this.gpu = gpu;
        this.limit = limit;
    }

    /** The size of the block that is handed out for that many bytes. */
    static long rounded(long bytes) {
        if (EXACT) {
            return Math.max(bytes, 1);
        }
        if (bytes <= SMALLEST) {
            return SMALLEST;
        }
        long step = Math.max(SMALLEST, Long.highestOneBit(bytes - 1) / 8);
        return (bytes + step - 1) / step * step;
    }

    /** The address of at least that many bytes, a multiple of 256. */
    synchronized long take(long bytes) {
        if (closed) {
            throw new IllegalStateException("[cuda] the backend of cuda:" + gpu.index() + " is closed");
        }
        long size = rounded(bytes);
        if (gpu.isRecording()) {
            Deque<Long> own = aside.get(size);
            if (own != null && !own.isEmpty()) {
                return own.pop();
            }
        }
        Deque<Long> blocks = free.get(size);
        if (blocks != null) {
            long address = blocks.pop();
            if (blocks.isEmpty()) {
                free.remove(size);
            }
            pooled -= size;
            used += size;
            return address;
        }
        if (used + pooled + size > limit) {
            trim();
        }
        if (used + size > limit) {
            throw full(bytes, "the limit is " + mib(limit) + " MiB");
        }
        long address = fresh(bytes, size);
        sizes.put(address, size);
        used += size;
        return address;
    }

    private long fresh(long bytes, long size) {
        gpu.enter();
        try (LongPointer out = new LongPointer(1)) {
            int status = cudart.cuMemAlloc(out, size);
            if (status == cudart.CUDA_ERROR_OUT_OF_MEMORY && pooled > 0) {
                trim();
                status = cudart.cuMemAlloc(out, size);
            }
            if (status == cudart.CUDA_ERROR_OUT_OF_MEMORY) {
                throw full(bytes, "the device has " + mib(gpu.memory()[0]) + " MiB free");
            }
            Driver.check(status, "taking " + size + " bytes of cuda:" + gpu.index());
            return out.get();
        }
    }

    private CudaException full(long bytes, String why) {
        return new CudaException(
                "[cuda] cuda:" + gpu.index() + " has no room for " + mib(bytes) + " MiB more (" + mib(used)
                        + " MiB in use here, " + why
                        + "); use a smaller batch or picture, or end what else uses the device",
                cudart.CUDA_ERROR_OUT_OF_MEMORY);
    }

    private static long mib(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    /** Takes back what {@link #take} gave; what a recording has used stays with the recording. */
    synchronized void give(long address) {
        Long size = sizes.get(address);
        if (size == null) {
            throw new IllegalStateException("[cuda] this memory was given back already, or is not of this backend");
        }
        if (gpu.isRecording()) {
            if (holding) {
                held.add(address);
            } else {
                setAside(address);
            }
            return;
        }
        used -= size;
        pooled += size;
        free.computeIfAbsent(size, _ -> new ArrayDeque<>()).push(address);
        if (EXACT) {
            trim();
        }
    }

    private void setAside(long address) {
        aside.computeIfAbsent(sizes.get(address), _ -> new ArrayDeque<>()).push(address);
    }

    /** Whether what is given back from now on is held. */
    synchronized void hold(boolean on) {
        holding = on;
    }

    /** What was held can be had again. */
    synchronized void letGo() {
        held.forEach(this::setAside);
        held.clear();
    }

    /** What the recording that has just ended took and gave back: its memory for as long as it lives. */
    synchronized List<Long> takeAside() {
        holding = false;
        letGo();
        List<Long> out = aside.values().stream().flatMap(Deque::stream).toList();
        aside.clear();
        return out;
    }

    /** Gives the device back what nobody uses, once the work that was given to it is done. */
    synchronized void trim() {
        if (pooled == 0) {
            return;
        }
        gpu.synchronize();
        for (Deque<Long> blocks : free.values()) {
            for (long address : blocks) {
                sizes.remove(address);
                Driver.check(cudart.cuMemFree(address), "giving memory back to cuda:" + gpu.index());
            }
        }
        free.clear();
        pooled = 0;
    }

    synchronized long used() {
        return used;
    }

    synchronized long pooled() {
        return pooled;
    }

    long limit() {
        return limit;
    }

    /** Gives everything back, what is in use too. */
    synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        gpu.synchronize();
        for (long address : sizes.keySet()) {
            Driver.check(cudart.cuMemFree(address), "giving memory back to cuda:" + gpu.index());
        }
        sizes.clear();
        free.clear();
        used = 0;
        pooled = 0;
    }
}
