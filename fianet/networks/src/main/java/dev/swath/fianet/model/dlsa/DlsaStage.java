package dev.swath.fianet.model.dlsa;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Unary;
import dev.swath.fianet.model.parts.ReceptiveBranch;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.fianet.model.parts.TanhGate;
import dev.swath.fianet.model.parts.Words;
import dev.swath.fianet.model.skeleton.FusionStage;
import dev.swath.kernels.Activation;
import dev.swath.nn.Init;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import dev.swath.nn.swin.SwinBlocks;
import dev.swath.tensor.Shape;

/**
 * A stage: with r = receptive branch(x), m = mixing map(x, e) and alpha = sigmoid(w e + b), e the vector of [CLS], x + gate(f) f + alpha
 * sigmoid(r) + (1 - alpha) sigmoid(m) goes on. A number {@code vs_fusion_alpha}, a visual gate and a second mixing map stand in every
 * published file and are used by nothing.
 */
final class DlsaStage extends FusionStage {
    /** {@link ReceptiveBranch} with a second mixing map beside its block, which takes no part. */
    private static final class VisualResidual extends Module {
        private final ReceptiveBranch.Block block;

        VisualResidual(MixingMap idle) {
            this.block = child("repblock", new ReceptiveBranch.Block());
            child("sgAMC", idle);
        }

        Var forward(Tape tape, Var x) {
            return call(tape, () -> Binary.mul(tape, x, block.forward(tape, x)));
        }
    }

    private final VisualResidual receptive;
    private final MixingMap mixing;
    private final Linear balance;

    DlsaStage(DlsaConfig config, int i) {
        super(config.trunk(), i, SwinBlocks.of(config.trunk().vision(), i));
        int channels = config.trunk().vision().width(i);
        int text = config.trunk().text().hidden();
        parameter("vs_fusion_alpha", Shape.of(), Init.constant(0));
        this.receptive =
                child("visual_residual", new VisualResidual(config.mixing().create(channels, text)));
        child("visual_gate", new TanhGate(channels));
        mergeUnlessLast(config.trunk(), i);
        this.mixing = child("sgAMC", config.mixing().create(channels, text));
        this.balance = child("alpha_fc", new Linear(text, 1, true));
    }

    @Override
    protected void moveStatistics(Tape tape, Var x, int height) {
        receptive.forward(tape, grid(tape, x, height));
    }

    @Override
    protected Var next(Tape tape, Var x, Var fused, int height, Sentence sentence) {
        return Binary.add(
                tape, super.next(tape, x, fused, height, sentence), visual(tape, x, height, sentence.words()));
    }

    /** alpha sigmoid(r) + (1 - alpha) sigmoid(m), (B, L, C). */
    private Var visual(Tape tape, Var x, int height, Words words) {
        return tape.scope("", () -> {
            Var map = grid(tape, x, height);
            Words first =
                    new Words(Narrow.apply(tape, words.features(), 1, 0, 1), Narrow.apply(tape, words.mask(), 1, 0, 1));
            Var alpha = balance.forward(tape, first.features(), Activation.SIGMOID, null);
            Var r = Unary.sigmoid(tape, receptive.forward(tape, map));
            Var m = Unary.sigmoid(tape, mixing.forward(tape, map, first));
            Var toward = Binary.mul(tape, Binary.sub(tape, r, m), Reshape.apply(tape, alpha, x.dim(0), 1, 1, 1));
            return Reshape.apply(tape, Binary.add(tape, m, toward), x.shape().dims());
        });
    }
}
