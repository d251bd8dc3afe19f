package dev.swath.kernels.vector;

import dev.swath.kernels.AdamWKernel;
import dev.swath.kernels.AdaptiveAvgPoolKernel;
import dev.swath.kernels.AttentionKernel;
import dev.swath.kernels.Backend;
import dev.swath.kernels.BatchNormKernel;
import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.EmbeddingKernel;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.InstanceNormKernel;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.LayerNormKernel;
import dev.swath.kernels.PatchMergeKernel;
import dev.swath.kernels.ReduceKernel;
import dev.swath.kernels.ResizeKernel;
import dev.swath.kernels.SoftmaxKernel;
import dev.swath.kernels.UnaryKernel;
import dev.swath.kernels.WindowAttentionKernel;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Storage;
import java.util.HashMap;
import java.util.Map;

/** The vector kernels in f32; f64, and what has no vector kernel, runs on the scalar ones. */
public final class VectorBackend implements Backend {
    private final ScalarBackend scalar = new ScalarBackend();
    private final Map<Class<? extends Kernel>, Kernel> kernels = new HashMap<>();

    /** Creates it; the Vector API must be there. */
    public VectorBackend() {
        Scratch scratch = new Scratch();
        VectorGemm gemm = new VectorGemm(scratch);
        kernels.put(GemmKernel.class, gemm);
        kernels.put(Conv2dKernel.class, new VectorConv2d(scratch, gemm));
        kernels.put(UnaryKernel.class, new VectorUnary());
        kernels.put(AdamWKernel.class, new VectorAdamW());
        kernels.put(AdaptiveAvgPoolKernel.class, new VectorAdaptiveAvgPool());
        kernels.put(AttentionKernel.class, new VectorAttention(scratch));
        kernels.put(BatchNormKernel.class, new VectorBatchNorm(scratch));
        kernels.put(BinaryKernel.class, new VectorBinary());
        kernels.put(CopyKernel.class, new VectorCopy());
        kernels.put(EmbeddingKernel.class, new VectorEmbedding());
        kernels.put(InstanceNormKernel.class, new VectorInstanceNorm(scratch));
        kernels.put(LayerNormKernel.class, new VectorLayerNorm(scratch));
        kernels.put(PatchMergeKernel.class, new VectorPatchMerge());
        kernels.put(ReduceKernel.class, new VectorReduce(scratch));
        kernels.put(ResizeKernel.class, new VectorResize());
        kernels.put(SoftmaxKernel.class, new VectorSoftmax(scratch));
        kernels.put(WindowAttentionKernel.class, new VectorWindowAttention(scratch));
    }

    static int lanes() {
        return Lanes.LENGTH;
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public String description() {
        return "Vector API, " + 32 * Lanes.LENGTH + " bits";
    }

    @Override
    public Device device() {
        return Device.CPU;
    }

    @Override
    public <K extends Kernel> K kernel(Class<K> kind, DType dtype) {
        Kernel kernel = dtype == DType.F32 ? kernels.get(kind) : null;
        return kernel == null ? scalar.kernel(kind, dtype) : kind.cast(kernel);
    }

    @Override
    public Storage allocate(DType dtype, long elements) {
        return HostStorage.allocate(dtype, elements);
    }
}
