package dev.swath.autograd;

import dev.swath.kernels.Backend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/**
 * Storages to be used again, so that a forward pass allocates nothing once it has run before. Belongs to one call at a
 * time; not thread-safe.
 */
public final class Workspace {
    /** A free storage may be larger than asked by this factor. */
    private static final double SLACK = 8;

    private final Backend backend;
    private final TreeMap<Long, Deque<Storage>> free = new TreeMap<>();
    private long bytes;

    /** An empty workspace for one backend. */
    public Workspace(Backend backend) {
        this.backend = backend;
    }

    /** A storage of at least {@code elements}; undefined content. */
    Storage take(DType dtype, long elements) {
        if (dtype == DType.F32) {
            Map.Entry<Long, Deque<Storage>> fit = free.ceilingEntry(elements);
            if (fit != null && fit.getKey() <= Math.max(elements * SLACK, 64)) {
                Storage storage = fit.getValue().pop();
                if (fit.getValue().isEmpty()) {
                    free.remove(fit.getKey());
                }
                return storage;
            }
        }
        Storage storage = backend.allocate(dtype, elements);
        bytes += elements * dtype.bytes();
        return storage;
    }

    /** Gives a storage back that {@link #take} gave and nobody reads any more. */
    void give(Storage storage) {
        if (storage.dtype() == DType.F32) {
            free.computeIfAbsent(storage.size(), s -> new ArrayDeque<>()).push(storage);
        } else {
            bytes -= storage.size() * storage.dtype().bytes();
        }
    }

    /** A storage has left for good. */
    void release(Storage storage) {
        bytes -= storage.size() * storage.dtype().bytes();
    }

    /** Bytes that were allocated and have not left: free ones and those in use. */
    public long bytes() {
        return bytes;
    }
}
