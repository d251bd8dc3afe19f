package dev.swath.fianet.model.skeleton;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.fianet.model.parts.ContextAlignment;
import dev.swath.fianet.model.parts.Meaning;
import dev.swath.fianet.model.parts.Meant;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.fianet.model.parts.TanhGate;
import dev.swath.nn.ModuleList;
import dev.swath.nn.swin.StageBlock;
import java.util.Map;

/**
 * A stage with LAVT's alignment: f = PWAM(x, words), and x + gate(f) f goes on. The map is f before its gate. Networks made
 * from LAVT add terms in {@link #next}.
 */
public abstract class FusionStage extends SwinStage implements Meant {
    private final ContextAlignment fusion;
    private final TanhGate gate;

    /** Stage {@code i} of the configuration around {@code blocks}; registers blocks, fusion and gate. */
    @SuppressWarnings("this-escape") // a module only notes its children
    protected FusionStage(TrunkConfig config, int i, ModuleList<? extends StageBlock> blocks) {
        super(blocks);
        int channels = config.vision().width(i);
        this.fusion = child(
                "fusion",
                new ContextAlignment(
                        channels, config.text().hidden(), config.fusionHeads().get(i), config.fusionDropout()));
        this.gate = child("res_gate", new TanhGate(channels));
    }

    @Override
    public Map<String, Meaning> meanings() {
        return Map.of("fusion.image_lang_att", Meaning.CONTEXT_ATTENTION, "res_gate", Meaning.GATE);
    }

    /** Registers patch merging at this place, unless this is the last stage. */
    protected final void mergeUnlessLast(TrunkConfig config, int i) {
        if (i < TrunkConfig.STAGES - 1) {
            merge(config.vision().width(i));
        }
    }

    /**
     * Computes what the published network computes behind the last stage in training though nothing takes it: the running statistics
     * of its batch norms move by it. By default nothing.
     *
     * @param x cells (B, L, C) after the blocks
     */
    protected void moveStatistics(Tape tape, Var x, int height) {}

    @Override
    protected final Aligned align(Tape tape, Var x, int height, Sentence sentence) {
        if (isLast() && tape.training()) {
            try (Tape.NoGrad _ = tape.noGrad()) {
                moveStatistics(tape, x, height);
            }
        }
        Var fused = fusion.forward(tape, x, sentence.words());
        return new Aligned(fused, isLast() ? null : next(tape, x, fused, height, sentence));
    }

    /** gate(f) f. */
    protected final Var gated(Tape tape, Var fused) {
        return Binary.mul(tape, gate.forward(tape, fused), fused);
    }

    /**
     * What goes on to the next stage; by default x + gate(f) f.
     *
     * @param x cells (B, L, C) after the blocks
     * @param fused f, (B, L, C)
     */
    protected Var next(Tape tape, Var x, Var fused, int height, Sentence sentence) {
        return Binary.add(tape, x, gated(tape, fused));
    }
}
