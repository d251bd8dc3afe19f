package dev.swath.fianet.model.rmsin;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Reshape;
import dev.swath.fianet.model.parts.ReceptiveBranch;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.fianet.model.parts.TanhGate;
import dev.swath.fianet.model.skeleton.FusionStage;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.nn.swin.SwinBlocks;

/**
 * LAVT's stage with the intra-scale branch: f = PWAM(x, words), r = receptive(x), and x + gate(f) f + gate'(r) r goes on. Behind
 * the last stage nothing is left to go on, but in training its branch's running statistics move there too, as in the published
 * code.
 */
final class RmsinStage extends FusionStage {
    private final ReceptiveBranch receptive;
    private final TanhGate visualGate;

    RmsinStage(TrunkConfig config, int i) {
        super(config, i, SwinBlocks.of(config.vision(), i));
        this.receptive = child("visual_residual", new ReceptiveBranch());
        this.visualGate = child("visual_gate", new TanhGate(config.vision().width(i)));
        mergeUnlessLast(config, i);
    }

    @Override
    protected void moveStatistics(Tape tape, Var x, int height) {
        receptive.forward(tape, grid(tape, x, height));
    }

    @Override
    protected Var next(Tape tape, Var x, Var fused, int height, Sentence sentence) {
        Var y = super.next(tape, x, fused, height, sentence);
        Var r = Reshape.apply(
                tape, receptive.forward(tape, grid(tape, x, height)), x.shape().dims());
        return Binary.add(tape, y, Binary.mul(tape, visualGate.forward(tape, r), r));
    }
}
