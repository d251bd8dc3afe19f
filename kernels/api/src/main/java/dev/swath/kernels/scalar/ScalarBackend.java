package dev.swath.kernels.scalar;

import dev.swath.kernels.AdamWKernel;
import dev.swath.kernels.AdaptiveAvgPoolKernel;
import dev.swath.kernels.AttentionKernel;
import dev.swath.kernels.BatchNormKernel;
import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.CastKernel;
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
import java.util.Map;

/** The scalar kernels: every kind, in all floating-point types. */
public final class ScalarBackend extends HostBackend {
    private final Map<Class<? extends Kernel>, Kernel> kernels = Map.ofEntries(
            Map.entry(AdamWKernel.class, new ScalarAdamW()),
            Map.entry(AdaptiveAvgPoolKernel.class, new ScalarAdaptiveAvgPool()),
            Map.entry(AttentionKernel.class, new ScalarAttention()),
            Map.entry(BatchNormKernel.class, new ScalarBatchNorm()),
            Map.entry(BinaryKernel.class, new ScalarBinary()),
            Map.entry(CastKernel.class, new ScalarCast()),
            Map.entry(Conv2dKernel.class, new ScalarConv2d()),
            Map.entry(CopyKernel.class, new ScalarCopy()),
            Map.entry(DropoutKernel.class, new ScalarDropout()),
            Map.entry(EmbeddingKernel.class, new ScalarEmbedding()),
            Map.entry(GemmKernel.class, new ScalarGemm()),
            Map.entry(GradientClippingKernel.class, new ScalarGradientClipping()),
            Map.entry(InstanceNormKernel.class, new ScalarInstanceNorm()),
            Map.entry(LayerNormKernel.class, new ScalarLayerNorm()),
            Map.entry(PatchMergeKernel.class, new ScalarPatchMerge()),
            Map.entry(ReduceKernel.class, new ScalarReduce()),
            Map.entry(ResizeKernel.class, new ScalarResize()),
            Map.entry(SegmentationLossKernel.class, new ScalarSegmentationLoss()),
            Map.entry(SoftmaxKernel.class, new ScalarSoftmax()),
            Map.entry(UnaryKernel.class, new ScalarUnary()),
            Map.entry(WindowAttentionKernel.class, new ScalarWindowAttention()));

    /** Creates it. */
    public ScalarBackend() {}

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public String description() {
        return "plain Java loops";
    }

    @Override
    public <K extends Kernel> K kernel(Class<K> kind, KernelTypes types) {
        Kernel kernel = kernels.get(kind);
        if (kernel == null || !supports(kind, types)) {
            throw new UnsupportedOperationException(
                    "the scalar backend has no " + kind.getSimpleName() + " for " + types);
        }
        return kind.cast(kernel);
    }

    /**
     * Every kernel takes every mixture of floating-point types, for it reads and writes elements as doubles; copies and fills
     * take integers too.
     */
    @Override
    public boolean supports(Class<? extends Kernel> kind, KernelTypes types) {
        boolean any = kind == CopyKernel.class;
        return kernels.containsKey(kind) && (any || floating(types));
    }

    private static boolean floating(KernelTypes types) {
        return types.x().isFloating()
                && types.y().isFloating()
                && types.parameters().isFloating()
                && types.saved().isFloating();
    }
}
