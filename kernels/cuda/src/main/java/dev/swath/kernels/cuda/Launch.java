package dev.swath.kernels.cuda;

import dev.swath.kernels.Slice;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/**
 * One launch of a kernel: how many blocks of how many threads, and the arguments in the order of the kernel's parameters. An
 * execution has one of these and uses it again, so a launch allocates nothing.
 *
 * <p>At a kernel's first launch the sizes of the arguments are compared with what the driver knows of its parameters.
 */
final class Launch {
    private static final int MOST_ARGUMENTS = 64;
    private static final int BYTES = 8192;

    /** Pointers to the arguments, then the arguments. */
    private final BytePointer memory = new BytePointer(BYTES);

    /** The same memory; the driver's call takes the address of any other pointer. */
    private final PointerPointer<Pointer> list = new PointerPointer<>(memory);

    private final ByteBuffer block = memory.asByteBuffer().order(ByteOrder.nativeOrder());
    private final long base = memory.address();
    private final CudaBackend owner;
    private final int[] sizes = new int[MOST_ARGUMENTS];
    private final StringBuilder signature = new StringBuilder();
    private Function function;
    private int arguments;
    private int end;
    private int gridX;
    private int gridY;
    private int gridZ;
    private int threads;
    private int shared;
    private boolean empty;

    Launch(CudaBackend owner) {
        this.owner = owner;
    }

    /** Begins anew. */
    Launch of(Function function) {
        this.function = function;
        arguments = 0;
        end = MOST_ARGUMENTS * Long.BYTES;
        gridX = gridY = gridZ = 1;
        threads = 128;
        shared = 0;
        empty = false;
        signature.setLength(0);
        return this;
    }

    /** That many blocks; none: nothing will be launched. */
    Launch grid(long x) {
        return grid(x, 1, 1);
    }

    /** That many blocks in each direction; y and z at most 65535. */
    Launch grid(long x, long y, long z) {
        empty |= x == 0 || y == 0 || z == 0;
        if (x < 0 || x > Integer.MAX_VALUE || y < 0 || y > 65535 || z < 0 || z > 65535) {
            throw new IllegalArgumentException(
                    "[cuda] " + function.name() + " cannot have a grid of " + x + " x " + y + " x " + z + " blocks");
        }
        gridX = (int) x;
        gridY = (int) y;
        gridZ = (int) z;
        return this;
    }

    /** As many blocks of {@code perBlock} elements as cover n, or fewer for kernels that step over the grid. */
    Launch cover(long n, int perBlock) {
        return grid(Math.min((n + perBlock - 1) / perBlock, 32L * owner.gpu().multiprocessors()));
    }

    /** Threads of a block; 128 unless it is said. */
    Launch block(int n) {
        threads = n;
        return this;
    }

    /** Bytes of dynamic shared memory. */
    Launch shared(int bytes) {
        shared = bytes;
        return this;
    }

    /** The address of the slice's first element. */
    Launch at(Slice slice) {
        return pointer(owner.address(slice), "*" + slice.storage().dtype());
    }

    /** The same for a kernel that is told the type, or does not care. */
    Launch untyped(Slice slice) {
        return address(owner.address(slice));
    }

    /** The address of the slice's first element, or a null pointer. */
    Launch optional(@Nullable Slice slice) {
        return slice == null ? pointer(0, "*null") : at(slice);
    }

    /** An address of the device. */
    Launch address(long address) {
        return pointer(address, "*");
    }

    private Launch pointer(long address, String type) {
        int at = next(8, 8, type);
        block.putLong(at, address);
        return this;
    }

    Launch i32(int v) {
        block.putInt(next(4, 4, "i32"), v);
        return this;
    }

    Launch i64(long v) {
        block.putLong(next(8, 8, "i64"), v);
        return this;
    }

    Launch f32(double v) {
        block.putFloat(next(4, 4, "f32"), (float) v);
        return this;
    }

    Launch f64(double v) {
        block.putDouble(next(8, 8, "f64"), v);
        return this;
    }

    /** A structure by value. */
    Launch bytes(MemorySegment structure) {
        int size = Math.toIntExact(structure.byteSize());
        int at = next(size, 16, "{" + size + "}");
        MemorySegment.ofBuffer(block).asSlice(at, size).copyFrom(structure);
        return this;
    }

    private int next(int size, int alignment, String type) {
        int at = (end + alignment - 1) / alignment * alignment;
        if (arguments == MOST_ARGUMENTS || at + size > BYTES) {
            throw new IllegalStateException("[cuda] " + function.name() + " has too many arguments");
        }
        block.putLong(arguments * Long.BYTES, base + at);
        sizes[arguments++] = size;
        signature.append(arguments > 1 ? "," : "").append(type);
        end = at + size;
        return at;
    }

    /** Gives the launch to the stream. */
    void run() {
        if (empty) {
            return;
        }
        owner.gpu().enter();
        function.prepare(sizes, arguments, shared, signature);
        int status = cudart.cuLaunchKernel(
                function.handle(), gridX, gridY, gridZ, threads, 1, 1, shared, owner.gpu().stream(), list, null);
        if (status != cudart.CUDA_SUCCESS) {
            Driver.check(status, "launching " + function.name());
        }
    }

    /** Gives the arguments' memory back. */
    void close() {
        memory.close();
    }
}
