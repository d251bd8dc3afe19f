package dev.swath.kernels.cuda;

import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;

/** One device with its primary context and a stream of its own: what a backend does is done in the order it was asked for. */
final class Gpu implements AutoCloseable {
    private final int index;
    private final String name;
    private final int major;
    private final int minor;
    private final int multiprocessors;
    private final int sharedBytes;
    private final CUctx_st context = new CUctx_st();
    private final CUstream_st stream = new CUstream_st();

    /** Opens device {@code index}, which the driver must know. */
    Gpu(int index) {
        this.index = index;
        this.name = name(index);
        this.major = attribute(cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
        this.minor = attribute(cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        this.multiprocessors = attribute(cudart.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
        this.sharedBytes = attribute(cudart.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
        Driver.check(cudart.cuDevicePrimaryCtxRetain(context, index), "opening cuda:" + index);
        try {
            enter();
            Driver.check(cudart.cuStreamCreate(stream, cudart.CU_STREAM_NON_BLOCKING), "creating a stream");
        } catch (RuntimeException e) {
            cudart.cuDevicePrimaryCtxRelease(index);
            throw e;
        }
    }

    private static String name(int index) {
        try (BytePointer out = new BytePointer(256)) {
            Driver.check(cudart.cuDeviceGetName(out, 256, index), "asking for the name of cuda:" + index);
            return out.getString();
        }
    }

    private int attribute(int which) {
        int[] out = new int[1];
        Driver.check(cudart.cuDeviceGetAttribute(out, which, index), "asking what cuda:" + index + " can do");
        return out[0];
    }

    /** Makes the calling thread one of this device. Every call into the driver comes after it. */
    void enter() {
        Driver.check(cudart.cuCtxSetCurrent(context), "taking up cuda:" + index);
    }

    int index() {
        return index;
    }

    /** As the driver calls it, such as {@code NVIDIA H200}. */
    String name() {
        return name;
    }

    /** Compute capability as a compiler writes it: 90 for 9.0. */
    int capability() {
        return 10 * major + minor;
    }

    int multiprocessors() {
        return multiprocessors;
    }

    /** The most shared memory that one block can have, in bytes. */
    int sharedBytes() {
        return sharedBytes;
    }

    CUstream_st stream() {
        return stream;
    }

    /** Free and all memory of the device, in bytes. */
    long[] memory() {
        enter();
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            Driver.check(cudart.cuMemGetInfo(free, total), "asking for the memory of cuda:" + index);
            return new long[] {free.get(), total.get()};
        }
    }

    /** Returns when the stream is idle. */
    void synchronize() {
        enter();
        Driver.check(cudart.cuStreamSynchronize(stream), "waiting for cuda:" + index);
    }

    @Override
    public void close() {
        enter();
        cudart.cuStreamDestroy(stream);
        cudart.cuDevicePrimaryCtxRelease(index);
    }
}
