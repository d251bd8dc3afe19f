package dev.swath.kernels.cuda;

import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.LongPointer;
import org.jspecify.annotations.Nullable;

/** One way in which cuDNN computes one convolution. */
final class CuDnnPlan implements AutoCloseable {
    private final CuDnnGraph.Convolution what;
    private final String name;
    private final CuDnnDescriptor plan;
    private final long workspace;
    private final int operands;
    private final LongPointer names = new LongPointer(4);
    private final LongPointer addresses = new LongPointer(4);
    private final LongPointer scratch = new LongPointer(1);

    /** Closes {@code plan} with itself. */
    CuDnnPlan(CuDnnGraph.Convolution what, String name, CuDnnDescriptor plan, long workspace) {
        this.what = what;
        this.name = name;
        this.plan = plan;
        this.workspace = workspace;
        this.operands = what.bias() == null ? 3 : 4;
        names.put(0, CuDnnGraph.X).put(1, CuDnnGraph.W).put(2, CuDnnGraph.Y).put(3, CuDnnGraph.BIAS);
    }

    /** The same in each process with this library and card. */
    String name() {
        return name;
    }

    /** What it writes. */
    DType result() {
        return what.result();
    }

    /** Gives the stream the work; of x, w and y the one that the direction says is written. Not for two threads at a time. */
    void run(cudnnContext library, Slice x, Slice w, Slice y, @Nullable Slice bias, CudaExecution on) {
        Gpu gpu = on.backend().gpu();
        gpu.enter();
        CuDnnDescriptor.check(cudnn.cudnnSetStream(library, gpu.stream()), "choosing a stream");
        addresses.put(0, on.address(x)).put(1, on.address(w)).put(2, on.address(y));
        if (bias != null) {
            addresses.put(3, on.address(bias));
        }
        try (Scratch room = new Scratch(on);
                CuDnnDescriptor pack = new CuDnnDescriptor(cudnn.CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, "operands")) {
            scratch.put(
                    0,
                    workspace == 0 ? 0 : on.address(room.take(DType.F32, (workspace + Float.BYTES - 1) / Float.BYTES)));
            pack.set(cudnn.CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, cudnn.CUDNN_TYPE_VOID_PTR, operands, addresses)
                    .set(cudnn.CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, cudnn.CUDNN_TYPE_INT64, operands, names)
                    .set(cudnn.CUDNN_ATTR_VARIANT_PACK_WORKSPACE, cudnn.CUDNN_TYPE_VOID_PTR, 1, scratch)
                    .finish();
            CuDnnDescriptor.check(
                    cudnn.cudnnBackendExecute(library, plan.handle(), pack.handle()), "convolving (" + name + ")");
        }
    }

    @Override
    public void close() {
        plan.close();
        names.close();
        addresses.close();
        scratch.close();
    }
}
