package dev.swath.fianet.model.fianet;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Reshape;
import dev.swath.fianet.model.ContextAlignment;
import dev.swath.fianet.model.TanhGate;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.nn.swin.PatchMerging;
import dev.swath.nn.swin.SwinBlock;
import dev.swath.nn.swin.SwinBlocks;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One stage of the backbone: Swin blocks, alignment with the sentence, patch merging (not in the last). */
public final class Stage extends Module {
    private final FiaNetConfig config;
    private final ModuleList<SwinBlock> blocks;
    private final StageAlignment alignment;
    private final @Nullable PatchMerging downsample;

    /** Stage {@code i} of the configuration. */
    public Stage(FiaNetConfig config, int i) {
        this(
                config,
                SwinBlocks.of(config.vision(), i),
                config.vision().width(i),
                config.fusionHeads().get(i),
                i == 3);
    }

    /** A stage around given blocks. */
    Stage(FiaNetConfig config, ModuleList<SwinBlock> blocks, int channels, int heads, boolean last) {
        this.config = config;
        int text = config.text().hidden();
        this.blocks = child("blocks", blocks);
        this.alignment = new StageAlignment(
                child("fc1", new Linear(channels, channels / 8, true)),
                child("fc2", new Linear(channels / 8, channels, true)),
                child("context_pixel_attn", new ContextAlignment(channels, text, heads, config.fusionDropout())),
                child("context_tanh_gate", new TanhGate(channels)),
                child(
                        "object_position_align_blk",
                        new ObjectPositionAlignment(channels, text, heads, config.ablation())));
        this.downsample = last ? null : child("downsample", new PatchMerging(channels));
    }

    /**
     * (B, H, W, C) and the sentence to the map (B, H, W, C) for the multi-scale module and, but after the last stage, the
     * next one's input (B, ceil(H/2), ceil(W/2), 2C).
     */
    public List<Var> forward(Tape tape, Var x, Sentence sentence) {
        return callAll(tape, () -> {
            Var y = SwinBlocks.forward(tape, blocks, x);
            int batch = y.dim(0);
            int height = y.dim(1);
            int width = y.dim(2);
            int channels = y.dim(3);
            boolean paper = config.wiring() == FiaNetConfig.Wiring.PAPER;
            Var cells = Reshape.apply(tape, y, batch, height * width, channels);
            StageAlignment.Result r =
                    alignment.forward(tape, cells, height, sentence, config, paper || downsample != null);
            Var map = Reshape.apply(
                    tape, paper && r.fused() != null ? r.fused() : r.context(), batch, height, width, channels);
            return downsample == null || r.fused() == null
                    ? List.of(map)
                    : List.of(
                            map,
                            downsample.forward(tape, Reshape.apply(tape, r.fused(), batch, height, width, channels)));
        });
    }

    /** The alignment alone, without blocks and merging: the context branch and the fused cells. */
    StageAlignment.Result align(Tape tape, Var cells, int height, Sentence sentence) {
        return alignment.forward(tape, cells, height, sentence, config, true);
    }
}
