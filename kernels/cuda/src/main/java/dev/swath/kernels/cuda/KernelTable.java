package dev.swath.kernels.cuda;

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
import dev.swath.tensor.DType;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which class answers for which contract. Every kernel takes f32, bf16, and bf16 with f32 parameters; those of sums in f32 over what
 * is computed in bf16 also both.
 */
final class KernelTable {
    /** From the suffix of the types to the kernel. */
    private static final Map<Class<? extends Kernel>, Function<String, Kernel>> MAKERS = Map.ofEntries(
            Map.entry(AdamWKernel.class, CudaAdamW::new),
            Map.entry(AdaptiveAvgPoolKernel.class, CudaAdaptiveAvgPool::new),
            Map.entry(AttentionKernel.class, CudaAttention::new),
            Map.entry(BatchNormKernel.class, CudaBatchNorm::new),
            Map.entry(BinaryKernel.class, CudaBinary::new),
            Map.entry(CastKernel.class, CudaCast::new),
            Map.entry(Conv2dKernel.class, CudaConv2d::new),
            Map.entry(CopyKernel.class, CudaCopy::new),
            Map.entry(DropoutKernel.class, CudaDropout::new),
            Map.entry(EmbeddingKernel.class, CudaEmbedding::new),
            Map.entry(GemmKernel.class, CudaGemm::new),
            Map.entry(GradientClippingKernel.class, CudaGradientClipping::new),
            Map.entry(InstanceNormKernel.class, CudaInstanceNorm::new),
            Map.entry(LayerNormKernel.class, CudaLayerNorm::new),
            Map.entry(PatchMergeKernel.class, CudaPatchMerge::new),
            Map.entry(ReduceKernel.class, CudaReduce::new),
            Map.entry(ResizeKernel.class, CudaResize::new),
            Map.entry(SegmentationLossKernel.class, CudaSegmentationLoss::new),
            Map.entry(SoftmaxKernel.class, CudaSoftmax::new),
            Map.entry(UnaryKernel.class, CudaUnary::new),
            Map.entry(WindowAttentionKernel.class, CudaWindowAttention::new));

    private final Map<Key, Kernel> made = new ConcurrentHashMap<>();

    private record Key(Class<? extends Kernel> kind, String types) {}

    /** The kernel for those types, or null if there is none. */
    @Nullable
    Kernel find(Class<? extends Kernel> kind, KernelTypes types) {
        Function<String, Kernel> maker = MAKERS.get(kind);
        String suffix;
        if (kind == CopyKernel.class) {
            suffix = types.x().toString();
        } else if (kind == CastKernel.class) {
            suffix = cast(types);
        } else {
            suffix = types.x() == types.y() ? suffix(types) : mixed(kind, types);
        }
        return maker == null || suffix == null
                ? null
                : made.computeIfAbsent(new Key(kind, suffix), k -> maker.apply(k.types));
    }

    /** To and from the types of a cast, or null. */
    private static @Nullable String cast(KernelTypes types) {
        return EnumSet.of(types.x(), types.parameters()).equals(EnumSet.of(DType.F32, DType.BF16))
                ? types.x() + "_" + types.parameters()
                : null;
    }

    /** The suffix of what reads or makes sums of another type, or null where there is no such kernel. */
    private static @Nullable String mixed(Class<? extends Kernel> kind, KernelTypes types) {
        boolean sum = types.x() == DType.BF16 && types.y() == DType.F32;
        if (kind == GemmKernel.class && sum) {
            return suffix(types.to(DType.BF16)); // products write to memory of either type
        }
        if (kind == BinaryKernel.class && sum) {
            return Blocks.SUM;
        }
        boolean ofSum = types.equals(KernelTypes.of(DType.F32).to(DType.BF16));
        return kind == LayerNormKernel.class && ofSum ? Blocks.OF_SUM : null;
    }

    /** {@code f32}, {@code bf16}, {@code bf16_f32}, or null for types that no kernel has. */
    private static @Nullable String suffix(KernelTypes types) {
        if (types.saved() != DType.F32) {
            return null;
        }
        return switch (types.x()) {
            case F32 -> types.parameters() == DType.F32 ? "f32" : null;
            case BF16 ->
                switch (types.parameters()) {
                    case BF16 -> "bf16";
                    case F32 -> "bf16_f32";
                    default -> null;
                };
            default -> null;
        };
    }
}
