package dev.swath.fianet.model.crossvlt;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Reshape;
import dev.swath.fianet.model.parts.Meaning;
import dev.swath.fianet.model.parts.Meant;
import dev.swath.fianet.model.parts.TanhGate;
import dev.swath.fianet.model.parts.Words;
import dev.swath.nn.Init;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.nn.swin.PatchEmbed;
import dev.swath.nn.swin.PatchMerging;
import dev.swath.nn.swin.SwinBlock;
import dev.swath.nn.swin.SwinBlocks;
import dev.swath.nn.swin.SwinConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One vision stage: the first embeds patches; then Swin blocks, x; f = fusion of x with the words, x + gate(f) f; and, but in the
 * last, patch merging and a second fusion with its gate on the merged cells. The map is LN(f).
 */
final class VisionStage extends Module {
    /**
     * What a stage gives.
     *
     * @param map for the decoder, (B, H, W, C)
     * @param next input of the next stage and what words ask, (B, ceil(H/2), ceil(W/2), 2C); null after the last
     * @param aligned the cells after the blocks in the width in which they are compared with the sentence, (B, H, W, A); null unless asked for
     */
    record Result(Var map, @Nullable Var next, @Nullable Var aligned) {}

    /** Fusion with the words on cells of one width, and what of it goes on. */
    private record Fusion(WordFusion attention, TanhGate gate) {
        Var forward(Tape tape, Var x, Words words) {
            return attention.forward(tape, x, words);
        }

        /** x + gate(f) f. */
        Var add(Tape tape, Var x, Var fused) {
            return Binary.add(tape, x, Binary.mul(tape, gate.forward(tape, fused), fused));
        }
    }

    private static final class Layers extends Module implements Meant {
        private final ModuleList<SwinBlock> blocks;
        private final Linear proj;
        private final Fusion before;
        private final @Nullable Fusion after;
        private final @Nullable PatchMerging downsample;

        Layers(CrossVltConfig config, int i) {
            SwinConfig vision = config.vision();
            int channels = vision.width(i);
            boolean last = i == CrossVltConfig.STAGES - 1;
            this.blocks = child("blocks", SwinBlocks.of(vision, i));
            this.proj = child("proj", new Linear(channels, config.alignmentChannels(), true));
            WordFusion attn1 = child("attn1", fusion(config, channels, config.fusionWidth(i)));
            WordFusion attn2 = last ? null : child("attn2", fusion(config, 2 * channels, 2 * channels));
            this.after = attn2 == null ? null : new Fusion(attn2, child("linear2", new TanhGate(2 * channels)));
            this.before = new Fusion(attn1, child("linear1", new TanhGate(channels)));
            this.downsample = last ? null : child("downsample", new PatchMerging(channels));
        }

        @Override
        public Map<String, Meaning> meanings() {
            return after == null
                    ? Map.of("attn1", Meaning.CONTEXT_ATTENTION)
                    : Map.of("attn1", Meaning.CONTEXT_ATTENTION, "attn2", Meaning.CONTEXT_ATTENTION);
        }

        private static WordFusion fusion(CrossVltConfig config, int channels, int width) {
            return new WordFusion(channels, width, config.text().hidden(), config.fusionHead());
        }

        /** f, then what there is of the next input and the cells to be aligned. */
        List<Var> forward(Tape tape, Var grid, Words words, boolean align) {
            return callAll(tape, () -> {
                Var y = SwinBlocks.forward(tape, blocks, grid);
                int[] dims = y.shape().dims();
                Var x = cells(tape, y);
                Var fused = before.forward(tape, x, words);
                List<Var> out = new ArrayList<>(List.of(Reshape.apply(tape, fused, dims)));
                if (downsample != null && after != null) {
                    Var merged = downsample.forward(tape, Reshape.apply(tape, before.add(tape, x, fused), dims));
                    Var m = cells(tape, merged);
                    Var next = after.add(tape, m, after.forward(tape, m, words));
                    out.add(Reshape.apply(tape, next, merged.shape().dims()));
                }
                if (align) {
                    out.add(proj.forward(tape, y));
                }
                return out;
            });
        }
    }

    private final @Nullable PatchEmbed patchEmbed;
    private final Layers layers;
    private final LayerNorm norm;
    private final boolean last;

    /** Stage {@code i} of the configuration. */
    VisionStage(CrossVltConfig config, int i) {
        SwinConfig vision = config.vision();
        this.last = i == CrossVltConfig.STAGES - 1;
        this.patchEmbed = i > 0 ? null : child("patch_embed", patches(vision.patch(), vision.embedDim()));
        this.layers = child("layers", new Layers(config, i));
        this.norm = child("norm" + i, new LayerNorm(vision.width(i), 1e-5));
    }

    /** The patch convolution begins normal, with variance 2 over the values that an input reaches, and without bias. */
    private static PatchEmbed patches(int patch, int channels) {
        Init weight = Init.normal(Math.sqrt(2.0 / ((double) channels * patch * patch)));
        return new PatchEmbed(patch, channels, (shape, random) -> (shape.rank() == 1 ? Init.constant(0) : weight)
                .create(shape, random));
    }

    /** (B, H, W, C) to (B, H W, C). */
    static Var cells(Tape tape, Var grid) {
        return Reshape.apply(tape, grid, grid.dim(0), grid.dim(1) * grid.dim(2), grid.dim(3));
    }

    /**
     * The image (B, H, W, 3) or the last stage's {@code next}, and the words, to what {@link #result} reads; {@code align} asks for
     * the aligned cells too.
     */
    List<Var> forward(Tape tape, Var x, Words words, boolean align) {
        return callAll(tape, () -> {
            Var input = patchEmbed == null ? x : patchEmbed.forward(tape, x);
            List<Var> out = new ArrayList<>(layers.forward(tape, input, words, align));
            out.set(0, norm.forward(tape, out.getFirst()));
            return out;
        });
    }

    /** What {@link #forward} gave. */
    Result result(List<Var> given, boolean align) {
        return new Result(given.getFirst(), last ? null : given.get(1), align ? given.getLast() : null);
    }
}
