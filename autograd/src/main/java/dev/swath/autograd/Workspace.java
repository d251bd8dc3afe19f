package dev.swath.autograd;

import dev.swath.kernels.Backend;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Storage;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Storages to be used again, so that a pass allocates next to nothing once it has run before. Belongs to one tape at a
 * time; not thread-safe.
 */
public final class Workspace {
    /** A small free storage may be larger than asked by this factor; what is lost is little. */
    private static final double SMALL_SLACK = 8;
    /** A large one by this. */
    private static final double LARGE_SLACK = 1.5;

    private static final long LARGE = 1 << 20;

    private enum Policy {
        REUSE,
        FRESH,
        POISON
    }

    private final Backend backend;
    private final Policy policy;
    private final TreeMap<Long, Deque<Storage>> free = new TreeMap<>();
    private final Set<Storage> taken = Collections.newSetFromMap(new IdentityHashMap<>());
    private long bytes;
    private long inUse;
    private long peak;

    /** An empty workspace for one backend. */
    public Workspace(Backend backend) {
        this(backend, Policy.REUSE);
    }

    private Workspace(Backend backend, Policy policy) {
        this.backend = backend;
        this.policy = policy;
    }

    /** One that never gives a storage out twice: the memory is the garbage collector's. */
    public static Workspace fresh(Backend backend) {
        return new Workspace(backend, Policy.FRESH);
    }

    /** One that fills what is handed back with NaN: whoever reads it later shows. For finding errors. */
    public static Workspace poisoning(Backend backend) {
        return new Workspace(backend, Policy.POISON);
    }

    /** A storage of at least {@code elements}; undefined content. */
    Storage take(DType dtype, long elements) {
        Storage storage = reuse(dtype, elements);
        if (storage == null) {
            storage = backend.allocate(dtype, elements);
            bytes += bytes(storage);
        }
        taken.add(storage);
        inUse += bytes(storage);
        peak = Math.max(peak, inUse);
        return storage;
    }

    private @Nullable Storage reuse(DType dtype, long elements) {
        if (dtype != DType.F32) {
            return null;
        }
        Map.Entry<Long, Deque<Storage>> fit = free.ceilingEntry(elements);
        double slack = elements < LARGE ? SMALL_SLACK : LARGE_SLACK;
        if (fit == null || fit.getKey() > Math.max(elements * slack, 64)) {
            return null;
        }
        Storage storage = fit.getValue().pop();
        if (fit.getValue().isEmpty()) {
            free.remove(fit.getKey());
        }
        return storage;
    }

    /** Takes a storage back that {@link #take} gave and nobody reads any more; others are left alone. */
    void give(Storage storage) {
        if (!taken.remove(storage)) {
            return;
        }
        inUse -= bytes(storage);
        if (storage.dtype() != DType.F32 || policy == Policy.FRESH) {
            bytes -= bytes(storage);
            return;
        }
        if (policy == Policy.POISON && storage instanceof HostStorage.Floats floats) {
            Arrays.fill(floats.array(), Float.NaN);
        }
        free.computeIfAbsent(storage.size(), s -> new ArrayDeque<>()).push(storage);
    }

    /** A storage has left for good: its user keeps it, and then the garbage collector has it. */
    void release(Storage storage) {
        if (taken.remove(storage)) {
            inUse -= bytes(storage);
            bytes -= bytes(storage);
        }
    }

    private static long bytes(Storage storage) {
        return storage.size() * storage.dtype().bytes();
    }

    /** Bytes that were allocated and have not left: free ones and those in use. */
    public long bytes() {
        return bytes;
    }

    /** The most bytes that were in use at a time. */
    public long peakBytes() {
        return peak;
    }
}
