package dev.swath.bench.peers;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Image-text alignment of one stage on libtorch. */
final class TorchAlignment {
    private final TorchWeights weights;
    private final int heads;

    TorchAlignment(TorchWeights weights, int heads) {
        this.weights = weights;
        this.heads = heads;
    }

    /** One sentence as the network sees it: features (B,D,N) and a mask (B,1,N) of visible words. */
    record Words(Tensor features, Tensor mask) {
        /** Mean of the visible words (B,D). */
        Tensor mean() {
            Tensor sum = features.mul(mask).sum(new long[] {2}, false, new ScalarTypeOptional());
            Tensor count = mask.sum(new long[] {2}, false, new ScalarTypeOptional());
            return sum.div(count.clamp_min(new Scalar(1.0)));
        }

        /** The first word (B,D), whether it is visible or not. */
        Tensor first() {
            return features.select(2, 0);
        }
    }

    /** Context branch: x (B,L,C) to (B,L,C). */
    Tensor context(Tensor x, Words words) {
        return pixelWords(weights.child("context_pixel_attn"), x, words, heads);
    }

    /** Pixel-word attention (PWAM) of x (B,L,C); the result is (B,L,C). */
    static Tensor pixelWords(TorchWeights path, Tensor x, Words words, int heads) {
        Tensor vision = Torch.gelu(path.child("vis_project.0").pointwise(x.permute(0, 2, 1)));
        Tensor language =
                crossAttention(path.child("image_lang_att"), x, words, heads).permute(0, 2, 1);
        Tensor fused = path.child("project_mm.0").pointwise(vision.mul(language));
        return Torch.gelu(fused).permute(0, 2, 1);
    }

    /** What goes to the next stage: x + (gated context + object-position branch) * channel weights. */
    Tensor fuse(Tensor x, Tensor context, Words object, Words position, Grid grid) {
        Tensor gated = weights.child("context_tanh_gate").tanhGate(context).mul(context);
        Tensor aligned = objectPosition(x, object, position, grid);
        Tensor squeezed = Torch.mean(x, 1, true);
        Tensor channels = weights.child("fc2")
                .linear(weights.child("fc1").linear(squeezed).relu())
                .sigmoid();
        return x.add(gated.add(aligned).mul(channels));
    }

    private Tensor objectPosition(Tensor x, Words object, Words position, Grid grid) {
        TorchWeights path = weights.child("object_position_align_blk");
        Tensor ground = crossAttention(path.child("go_cross_attn"), x, object, heads);
        ground = path.child("go_tanh_gating").tanhGate(ground).mul(ground);
        Tensor spatial = crossAttention(path.child("sp_cross_attn"), x, position, heads)
                .permute(0, 2, 1)
                .reshape(x.size(0), x.size(2), grid.height(), grid.width());
        Tensor planes = Torch.cat(1, Torch.mean(spatial, 1, true), Torch.max(spatial, 1, true));
        Tensor pixels = Torch.conv2d(planes, path.get("conv1.weight"), 1, 1).sigmoid();
        return ground.mul(pixels.flatten(2, 3).permute(0, 2, 1));
    }

    /** Attention of pixels x (B,L,C) to words; the result is (B,L,C). */
    static Tensor crossAttention(TorchWeights path, Tensor x, Words words, int heads) {
        return Torch.scoped(() -> {
            long batch = x.size(0);
            long pixels = x.size(1);
            long channels = x.size(2);
            long count = words.features().size(2);
            long width = channels / heads;
            Tensor query = Torch.instanceNorm(path.child("f_query.0").pointwise(x.permute(0, 2, 1)))
                    .permute(0, 2, 1)
                    .reshape(batch, pixels, heads, width)
                    .permute(0, 2, 1, 3);
            Tensor key = path.child("f_key.0")
                    .pointwise(words.features())
                    .mul(words.mask())
                    .reshape(batch, heads, width, count);
            Tensor value = path.child("f_value.0")
                    .pointwise(words.features())
                    .mul(words.mask())
                    .reshape(batch, heads, width, count);
            Tensor scores = Torch.scale(torch.matmul(query, key), 1 / Math.sqrt(channels));
            scores = scores.add(Torch.shift(Torch.scale(words.mask().unsqueeze(1), 1e4), -1e4));
            Tensor mixed = torch.matmul(Torch.softmax(scores), value.permute(0, 1, 3, 2))
                    .permute(0, 2, 1, 3)
                    .contiguous()
                    .view(batch, pixels, channels)
                    .permute(0, 2, 1);
            return Torch.instanceNorm(path.child("W.0").pointwise(mixed)).permute(0, 2, 1);
        });
    }
}
