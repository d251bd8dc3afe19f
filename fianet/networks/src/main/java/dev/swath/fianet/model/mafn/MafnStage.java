package dev.swath.fianet.model.mafn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Reshape;
import dev.swath.fianet.model.parts.ReceptiveBranch;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.fianet.model.parts.TanhGate;
import dev.swath.fianet.model.skeleton.FusionStage;
import dev.swath.nn.ModuleList;
import dev.swath.nn.swin.SwinBlocks;
import dev.swath.nn.swin.SwinConfig;

/**
 * A stage: with f = PWAM(x, words) and r = receptive branch(x), x + correlation block(gate'(r) r, gate(f) f) goes on. Its Swin blocks are
 * {@link NoiseBlock}s.
 */
final class MafnStage extends FusionStage {
    private final CorrelationBlock correlation;
    private final ReceptiveBranch receptive;
    private final TanhGate visualGate;

    MafnStage(MafnConfig config, int i) {
        super(config.trunk(), i, blocks(config, i));
        int channels = config.trunk().vision().width(i);
        this.correlation = child("corr", new CorrelationBlock(channels));
        this.receptive = child("visual_residual", new ReceptiveBranch());
        this.visualGate = child("visual_gate", new TanhGate(channels));
        mergeUnlessLast(config.trunk(), i);
    }

    private static ModuleList<NoiseBlock> blocks(MafnConfig config, int i) {
        SwinConfig vision = config.trunk().vision();
        return SwinBlocks.of(
                vision,
                i,
                (shift, dropPath) -> new NoiseBlock(
                        vision.width(i),
                        vision.heads().get(i),
                        config.noiseHeads(),
                        vision.window(),
                        shift,
                        vision.mlpRatio(),
                        dropPath));
    }

    @Override
    protected void moveStatistics(Tape tape, Var x, int height) {
        receptive.forward(tape, grid(tape, x, height));
    }

    @Override
    protected Var next(Tape tape, Var x, Var fused, int height, Sentence sentence) {
        return tape.scope("", () -> {
            Var r = receptive.forward(tape, grid(tape, x, height));
            Var seen = Binary.mul(tape, visualGate.forward(tape, r), r);
            Var told = grid(tape, gated(tape, fused), height);
            Var together = correlation.forward(tape, seen, told);
            return Binary.add(tape, x, Reshape.apply(tape, together, x.shape().dims()));
        });
    }
}
