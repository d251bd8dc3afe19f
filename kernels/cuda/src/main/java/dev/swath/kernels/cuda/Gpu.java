package dev.swath.kernels.cuda;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/** One device with its primary context and a stream of its own: what a backend does is done in the order it was asked for. */
final class Gpu implements AutoCloseable {
    private final int index;
    private final String name;
    private final int major;
    private final int minor;
    private final int multiprocessors;
    private final int sharedBytes;
    private final int cacheBytes;
    private final CUctx_st context = new CUctx_st();
    private final CUstream_st stream = new CUstream_st();
    private final CUstream_st recording = new CUstream_st();
    /** What is recorded on it runs beside the recording's other work, before it where there is a choice. */
    private final CUstream_st beside = new CUstream_st();

    private final CUevent_st forked = new CUevent_st();
    private final CUevent_st branchEnded = new CUevent_st();
    private volatile @Nullable Thread recorder;
    private volatile BranchState branch = BranchState.NONE;

    private enum BranchState {
        NONE,
        RUNNING,
        ENDED
    }

    /** Opens device {@code index}, which the driver must know. */
    Gpu(int index) {
        this.index = index;
        this.name = name(index);
        this.major = attribute(cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
        this.minor = attribute(cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        this.multiprocessors = attribute(cudart.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
        this.sharedBytes = attribute(cudart.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
        this.cacheBytes = attribute(cudart.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
        Driver.check(cudart.cuDevicePrimaryCtxRetain(context, index), "opening cuda:" + index);
        try {
            enter();
            Driver.check(cudart.cuStreamCreate(stream, cudart.CU_STREAM_NON_BLOCKING), "creating a stream");
            Driver.check(cudart.cuStreamCreate(recording, cudart.CU_STREAM_NON_BLOCKING), "creating a stream");
            Driver.check(
                    cudart.cuStreamCreateWithPriority(beside, cudart.CU_STREAM_NON_BLOCKING, highestPriority()),
                    "creating a stream");
            Driver.check(cudart.cuEventCreate(forked, cudart.CU_EVENT_DISABLE_TIMING), "creating an event");
            Driver.check(cudart.cuEventCreate(branchEnded, cudart.CU_EVENT_DISABLE_TIMING), "creating an event");
        } catch (RuntimeException e) {
            cudart.cuDevicePrimaryCtxRelease(index);
            throw e;
        }
    }

    private static String name(int index) {
        byte[] out = new byte[256];
        Driver.check(
                cudart.cuDeviceGetName(ByteBuffer.wrap(out), out.length, index),
                "asking for the name of cuda:" + index);
        int end = 0;
        while (end < out.length && out[end] != 0) {
            end++;
        }
        return new String(out, 0, end, StandardCharsets.UTF_8);
    }

    private static int highestPriority() {
        int[] least = new int[1];
        int[] greatest = new int[1];
        Driver.check(cudart.cuCtxGetStreamPriorityRange(least, greatest), "asking for the priorities of streams");
        return greatest[0];
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

    /** Size of the cache before its memory, in bytes. */
    int cacheBytes() {
        return cacheBytes;
    }

    /** Gives the stream the work of writing zeros to so many words of four bytes. */
    void clear(long address, long words) {
        enter();
        Driver.check(cudart.cuMemsetD32Async(address, 0, words, stream()), "clearing memory");
    }

    /** Where work goes: to the device, or, on the thread that records, into the recording. */
    CUstream_st stream() {
        if (!isRecording()) {
            return stream;
        }
        return branch == BranchState.RUNNING ? beside : recording;
    }

    /** The device's own stream, also while a recording goes on: for copies over the border, which no recording repeats. */
    CUstream_st direct() {
        return stream;
    }

    /** Whether the calling thread records. */
    boolean isRecording() {
        return recorder == Thread.currentThread();
    }

    /** What the calling thread launches from now on is recorded. */
    synchronized void beginRecording() {
        if (recorder != null) {
            throw new IllegalStateException("[cuda] cuda:" + index + " records one piece of work at a time");
        }
        enter();
        Driver.check(
                cudart.cuStreamBeginCapture(recording, cudart.CU_STREAM_CAPTURE_MODE_RELAXED), "beginning a recording");
        recorder = Thread.currentThread();
    }

    /** Whether what is recorded from now on is a branch: it needs only what was recorded before. One at a time. */
    boolean beginBranch() {
        if (!isRecording() || branch != BranchState.NONE) {
            return false;
        }
        Driver.check(cudart.cuEventRecord(forked, recording), "recording an event");
        Driver.check(cudart.cuStreamWaitEvent(beside, forked, 0), "beginning a branch");
        branch = BranchState.RUNNING;
        return true;
    }

    /** What is recorded from now on does not need the branch. */
    void endBranch() {
        Driver.check(cudart.cuEventRecord(branchEnded, beside), "recording an event");
        branch = BranchState.ENDED;
    }

    /** What is recorded from now on comes after the branch. */
    void joinBranch() {
        Driver.check(cudart.cuStreamWaitEvent(recording, branchEnded, 0), "joining a branch");
        branch = BranchState.NONE;
    }

    /** The recording. */
    synchronized CUgraph_st endRecording() {
        if (branch != BranchState.NONE) {
            throw new IllegalStateException("[cuda] a branch of a recording was not joined");
        }
        recorder = null;
        CUgraph_st graph = new CUgraph_st();
        Driver.check(cudart.cuStreamEndCapture(recording, graph), "ending a recording");
        return graph;
    }

    /** Forgets what was recorded; the work has failed, so the driver's answer says nothing new. */
    synchronized void abandonRecording() {
        recorder = null;
        branch = BranchState.NONE;
        CUgraph_st graph = new CUgraph_st();
        if (cudart.cuStreamEndCapture(recording, graph) == cudart.CUDA_SUCCESS) {
            cudart.cuGraphDestroy(graph);
        }
    }

    /** The time that the device takes for the work, in microseconds. */
    double microseconds(Runnable work) {
        enter();
        CUevent_st begin = new CUevent_st();
        CUevent_st end = new CUevent_st();
        try (FloatPointer milliseconds = new FloatPointer(1)) {
            Driver.check(cudart.cuEventCreate(begin, cudart.CU_EVENT_DEFAULT), "creating an event");
            Driver.check(cudart.cuEventCreate(end, cudart.CU_EVENT_DEFAULT), "creating an event");
            Driver.check(cudart.cuEventRecord(begin, stream), "recording an event");
            work.run();
            Driver.check(cudart.cuEventRecord(end, stream), "recording an event");
            Driver.check(cudart.cuEventSynchronize(end), "waiting for cuda:" + index);
            Driver.check(cudart.cuEventElapsedTime(milliseconds, begin, end), "reading the time");
            return milliseconds.get() * 1e3;
        } finally {
            cudart.cuEventDestroy(begin);
            cudart.cuEventDestroy(end);
        }
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
        try {
            enter();
            cudart.cuStreamDestroy(stream);
            cudart.cuStreamDestroy(recording);
            cudart.cuStreamDestroy(beside);
            cudart.cuEventDestroy(forked);
            cudart.cuEventDestroy(branchEnded);
        } finally {
            cudart.cuDevicePrimaryCtxRelease(index);
        }
    }
}
