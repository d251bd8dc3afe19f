package dev.swath.fianet.model.fianet;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.model.parts.ContextAlignment;
import dev.swath.fianet.model.parts.Meaning;
import dev.swath.fianet.model.parts.Meant;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.fianet.model.parts.TanhGate;
import dev.swath.fianet.model.skeleton.SwinStage;
import dev.swath.nn.Linear;
import dev.swath.nn.ModuleList;
import dev.swath.nn.swin.SwinBlock;
import dev.swath.nn.swin.SwinBlocks;
import java.util.Map;

/** One stage of the backbone: Swin blocks, fine-grained alignment with the sentence, patch merging (not in the last). */
public final class Stage extends SwinStage implements Meant {
    private final FiaNetConfig config;
    private final StageAlignment alignment;

    /** Stage {@code i} of the configuration. */
    public Stage(FiaNetConfig config, int i) {
        this(
                config,
                SwinBlocks.of(config.vision(), i),
                config.vision().width(i),
                config.trunk().fusionHeads().get(i),
                i == 3);
    }

    /** A stage around given blocks. */
    Stage(FiaNetConfig config, ModuleList<SwinBlock> blocks, int channels, int heads, boolean last) {
        super(blocks);
        this.config = config;
        int text = config.text().hidden();
        double dropout = config.trunk().fusionDropout();
        this.alignment = new StageAlignment(
                child("fc1", new Linear(channels, channels / 8, true)),
                child("fc2", new Linear(channels / 8, channels, true)),
                child("context_pixel_attn", new ContextAlignment(channels, text, heads, dropout)),
                child("context_tanh_gate", new TanhGate(channels)),
                child(
                        "object_position_align_blk",
                        new ObjectPositionAlignment(channels, text, heads, config.ablation())));
        if (!last) {
            merge(channels);
        }
    }

    @Override
    public Map<String, Meaning> meanings() {
        return Map.of(
                "context_pixel_attn.image_lang_att", Meaning.CONTEXT_ATTENTION,
                "context_tanh_gate", Meaning.GATE,
                "fc2", Meaning.CHANNEL_WEIGHTS);
    }

    @Override
    protected Aligned align(Tape tape, Var x, int height, Sentence sentence) {
        boolean paper = config.wiring() == FiaNetConfig.Wiring.PAPER;
        Aligned r = align(tape, x, height, sentence, paper || !isLast());
        return paper && r.next() != null ? new Aligned(r.next(), r.next()) : r;
    }

    /** The context branch and, if needed, the fused cells. */
    Aligned align(Tape tape, Var x, int height, Sentence sentence, boolean needsFused) {
        return alignment.forward(tape, x, height, sentence, config, needsFused);
    }
}
