package dev.swath.kernels.vector;

import dev.swath.kernels.AdamWKernel;
import dev.swath.kernels.AdaptiveAvgPoolKernel;
import dev.swath.kernels.AttentionKernel;
import dev.swath.kernels.BatchNormKernel;
import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.DropoutKernel;
import dev.swath.kernels.EmbeddingKernel;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.GradientClippingKernel;
import dev.swath.kernels.HostBackend;
import dev.swath.kernels.InstanceNormKernel;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.LayerNormKernel;
import dev.swath.kernels.PatchMergeKernel;
import dev.swath.kernels.ReduceKernel;
import dev.swath.kernels.ResizeKernel;
import dev.swath.kernels.SegmentationLossKernel;
import dev.swath.kernels.SoftmaxKernel;
import dev.swath.kernels.UnaryKernel;
import dev.swath.kernels.WindowAttentionKernel;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import java.util.HashMap;
import java.util.Map;

/** The vector kernels in f32; other types, and what has no vector kernel, runs on the scalar ones. */
public final class VectorBackend extends HostBackend {
    private final ScalarBackend scalar = new ScalarBackend();
    private final Map<Class<? extends Kernel>, Kernel> kernels = new HashMap<>();

    /** Creates it; the Vector API must be there. */
    public VectorBackend() {
        VectorGemm gemm = new VectorGemm();
        kernels.put(GemmKernel.class, gemm);
        kernels.put(Conv2dKernel.class, new VectorConv2d(gemm));
        kernels.put(UnaryKernel.class, new VectorUnary());
        kernels.put(AdamWKernel.class, new VectorAdamW());
        kernels.put(AdaptiveAvgPoolKernel.class, new VectorAdaptiveAvgPool());
        kernels.put(AttentionKernel.class, new VectorAttention());
        kernels.put(BatchNormKernel.class, new VectorBatchNorm(scalar.kernel(BatchNormKernel.class, DType.F32)));
        kernels.put(BinaryKernel.class, new VectorBinary());
        kernels.put(CopyKernel.class, new VectorCopy());
        kernels.put(DropoutKernel.class, new VectorDropout());
        kernels.put(EmbeddingKernel.class, new VectorEmbedding());
        kernels.put(GradientClippingKernel.class, new VectorGradientClipping());
        kernels.put(InstanceNormKernel.class, new VectorInstanceNorm());
        kernels.put(LayerNormKernel.class, new VectorLayerNorm());
        kernels.put(PatchMergeKernel.class, new VectorPatchMerge());
        kernels.put(ReduceKernel.class, new VectorReduce());
        kernels.put(ResizeKernel.class, new VectorResize());
        kernels.put(SegmentationLossKernel.class, new VectorSegmentationLoss());
        kernels.put(SoftmaxKernel.class, new VectorSoftmax());
        kernels.put(WindowAttentionKernel.class, new VectorWindowAttention());
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
    public <K extends Kernel> K kernel(Class<K> kind, KernelTypes types) {
        Kernel kernel = types.all(DType.F32) ? kernels.get(kind) : null;
        return kernel == null ? scalar.kernel(kind, types) : kind.cast(kernel);
    }

    @Override
    public boolean supports(Class<? extends Kernel> kind, KernelTypes types) {
        return scalar.supports(kind, types);
    }
}
