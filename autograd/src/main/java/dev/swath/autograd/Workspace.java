package dev.swath.autograd;

import dev.swath.kernels.Backend;
import dev.swath.tensor.DType;
import dev.swath.tensor.DeviceStorage;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Storage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Memory of one backend to be used again, so that a pass allocates next to nothing once it has run before. It is counted in
 * bytes; on a device one block serves all element types, on the processor each type has arrays of its own. Of several blocks
 * that fit, the smallest and then the one that was given back last is taken, in an order that begins anew with each pass, so
 * that a pass that has settled takes the same addresses each time it runs. Belongs to one tape at a time; not thread-safe. On the processor it needs no closing.
 */
public final class Workspace implements AutoCloseable {
    /** A small free block may be larger than asked by this factor; what is lost is little. */
    private static final double SMALL_SLACK = 8;
    /** A large one by this. */
    private static final double LARGE_SLACK = 3;
    /** Bytes from which a block is large. */
    private static final long LARGE = 4L << 20;
    /** Bytes of a block that any request may take. */
    private static final long TINY = 256;

    private enum Policy {
        REUSE,
        FRESH,
        POISON
    }

    /**
     * One allocation.
     *
     * @param number of the allocation, from 0
     * @param freed when it was given back, counted within the pass; below 0 if before
     */
    private record Block(Storage storage, long bytes, long number, long freed) {}

    /** The smallest first; of equal ones what was given back last, which is likeliest still in a cache. */
    private static final Comparator<Block> BY_SIZE_THEN_RECENCY = Comparator.comparingLong(Block::bytes)
            .thenComparing(Comparator.comparingLong(Block::freed).reversed());

    private final Backend backend;
    private final Policy policy;
    private final long limit;
    /** Free blocks by element type; those of a device stand under one. */
    private final Map<DType, TreeSet<Block>> free = new EnumMap<>(DType.class);

    private final IdentityHashMap<Storage, Block> taken = new IdentityHashMap<>();
    private final IdentityHashMap<Storage, Block> left = new IdentityHashMap<>();
    /** What a branch gave back, until it is joined. */
    private final List<Block> held = new ArrayList<>();

    private boolean holding;
    private long allocations;
    private long gifts;
    private long bytes;
    private long inUse;
    private long peak;

    /** An empty workspace for one backend. */
    public Workspace(Backend backend) {
        this(backend, Policy.REUSE, Long.MAX_VALUE);
    }

    private Workspace(Backend backend, Policy policy, long limit) {
        this.backend = backend;
        this.policy = policy;
        this.limit = limit;
    }

    /** One that holds at most that many bytes: a pass that needs more at a time ends with a sentence. */
    public static Workspace limited(Backend backend, long bytes) {
        return new Workspace(backend, Policy.REUSE, bytes);
    }

    /** One that never gives a block out twice: the memory is the garbage collector's. */
    public static Workspace fresh(Backend backend) {
        return new Workspace(backend, Policy.FRESH, Long.MAX_VALUE);
    }

    /** One that fills what is handed back with NaN: whoever reads it later shows. For finding errors. */
    public static Workspace poisoning(Backend backend) {
        return new Workspace(backend, Policy.POISON, Long.MAX_VALUE);
    }

    /**
     * A pass begins. What is free is put in the order of its allocation, whatever the passes before did with it: so a pass
     * finds the blocks as the last one of its kind did, and takes the same ones.
     */
    void begin() {
        holding = false;
        letGo();
        gifts = 0;
        free.replaceAll((_, blocks) -> {
            TreeSet<Block> ordered = new TreeSet<>(BY_SIZE_THEN_RECENCY);
            blocks.forEach(b -> ordered.add(new Block(b.storage, b.bytes, b.number, -1 - b.number)));
            return ordered;
        });
    }

    /** A storage of at least {@code elements}; undefined content. */
    Storage take(DType dtype, long elements) {
        Block block = reuse(dtype, elements);
        if (block == null) {
            block = allocate(dtype, elements);
        }
        Storage storage = block.storage;
        if (storage.dtype() != dtype) {
            storage = ((DeviceStorage) storage).as(dtype, block.bytes / dtype.bytes());
        }
        taken.put(storage, block);
        inUse += block.bytes;
        peak = Math.max(peak, inUse);
        return storage;
    }

    private @Nullable Block reuse(DType dtype, long elements) {
        TreeSet<Block> blocks = free.get(kind(dtype));
        if (blocks == null) {
            return null;
        }
        long wanted = elements * dtype.bytes();
        double slack = wanted < LARGE ? SMALL_SLACK : LARGE_SLACK;
        Block fit = blocks.ceiling(new Block(NOTHING, wanted, -1, Long.MAX_VALUE));
        if (fit == null || fit.bytes > Math.max(wanted * slack, TINY)) {
            return null;
        }
        blocks.remove(fit);
        return fit;
    }

    private static final Storage NOTHING = HostStorage.allocate(DType.U8, 0);

    private Block allocate(DType dtype, long elements) {
        long wanted = elements * dtype.bytes();
        if (bytes > limit - wanted) {
            trim();
        }
        if (bytes > limit - wanted) {
            throw new OpException(
                    "workspace",
                    "a pass may hold at most " + limit
                            + " bytes at a time; lower the batch or the size of the image, or" + " use checkpointing",
                    wanted + " bytes beside " + inUse + " in use",
                    "");
        }
        Storage storage = backend.allocate(dtype, elements);
        bytes += storage.bytes();
        return new Block(storage, storage.bytes(), allocations++, 0);
    }

    /** On a device all types share blocks. */
    private DType kind(DType dtype) {
        return switch (backend.device().kind()) {
            case CPU, META -> dtype;
            case CUDA -> DType.U8;
        };
    }

    /** Takes a storage back that {@link #take} gave and nobody reads any more; others are left alone. */
    void give(Storage storage) {
        Block block = taken.remove(storage);
        if (block != null) {
            inUse -= block.bytes;
            put(block);
        }
    }

    private void put(Block block) {
        if (policy == Policy.FRESH) {
            bytes -= block.bytes;
            backend.free(block.storage);
            return;
        }
        if (holding) {
            held.add(block);
            return;
        }
        if (policy == Policy.POISON) {
            poison(block.storage);
        }
        free.computeIfAbsent(kind(block.storage.dtype()), _ -> new TreeSet<>(BY_SIZE_THEN_RECENCY))
                .add(new Block(block.storage, block.bytes, block.number, gifts++));
    }

    /** Whether what is given back from now on waits for {@link #letGo}, for work that is not done yet reads or writes it. */
    void hold(boolean on) {
        holding = on;
    }

    /** What was held can be had again. */
    void letGo() {
        List<Block> blocks = List.copyOf(held);
        held.clear();
        blocks.forEach(this::put);
    }

    private static void poison(Storage storage) {
        if (storage instanceof DeviceStorage device) {
            HostStorage ones = HostStorage.allocate(DType.U8, device.bytes());
            for (long i = 0; i < ones.size(); i++) {
                ones.setLong(i, 0xff); // All bits set: NaN in every floating-point type, -1 in the others.
            }
            device.as(DType.U8, ones.size()).write(ones, 0, 0, ones.size());
        } else if (storage instanceof HostStorage host) {
            for (long i = 0; i < host.size(); i++) {
                if (host.dtype().isFloating()) {
                    host.setDouble(i, Double.NaN);
                } else {
                    host.setLong(i, Long.MIN_VALUE >> 1);
                }
            }
        }
    }

    /**
     * A storage has left the pass: its user keeps it. On the processor the garbage collector has it then; that of a device is
     * taken back by {@link #reclaim}.
     */
    void release(Storage storage) {
        Block block = taken.remove(storage);
        if (block == null) {
            return;
        }
        inUse -= block.bytes;
        if (storage instanceof DeviceStorage) {
            left.put(storage, block);
        } else {
            bytes -= block.bytes;
        }
    }

    /** Takes device memory back that has left a pass whose results are read no more. */
    void reclaim(Storage storage) {
        Block block = left.remove(storage);
        if (block != null) {
            put(block);
        }
    }

    /** Gives every free block back to the backend. */
    public void trim() {
        for (TreeSet<Block> blocks : free.values()) {
            for (Block block : blocks) {
                bytes -= block.bytes;
                backend.free(block.storage);
            }
        }
        free.clear();
    }

    /** Gives everything back to the backend; results of passes in it, if they are on a device, must not be read afterwards. */
    @Override
    public void close() {
        holding = false;
        letGo();
        left.values().forEach(this::put);
        left.clear();
        trim();
    }

    /** Bytes that were allocated and have not left: free ones and those in use. */
    public long bytes() {
        return bytes;
    }

    /** The most bytes that were in use at a time. */
    public long peakBytes() {
        return peak;
    }

    /** How often it has asked its backend for memory. */
    public long allocations() {
        return allocations;
    }
}
