package dev.swath.fianet.model.fianet;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Reduce;
import dev.swath.fianet.model.parts.ContextAlignment;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.fianet.model.parts.TanhGate;
import dev.swath.fianet.model.skeleton.SwinStage.Aligned;
import dev.swath.kernels.Activation;
import dev.swath.nn.Linear;

/**
 * Fine-grained image-text alignment (FIAM) of one stage. It is not a module: its parts stand directly under the stage in
 * the published names. fused = x + (gate(c) c + object-position) m, with the channel modulation m =
 * sigmoid(fc2(ReLU(fc1(mean over cells)))).
 *
 * @param fc1 squeeze to C/8
 * @param fc2 back to C
 * @param context the context branch
 * @param gate its gate
 * @param objectPosition the object and position branches
 */
record StageAlignment(
        Linear fc1, Linear fc2, ContextAlignment context, TanhGate gate, ObjectPositionAlignment objectPosition) {
    /** The context branch before its gate, and the fused cells where something needs them. */
    Aligned forward(Tape tape, Var x, int height, Sentence s, FiaNetConfig config, boolean needsFused) {
        Var c = context.forward(tape, x, s.words());
        if (!needsFused) {
            return new Aligned(c, null);
        }
        Var gated = Binary.mul(tape, gate.forward(tape, c), c);
        FiaNetConfig.Ablation on = config.ablation();
        if (!on.fiam()) {
            return new Aligned(c, Binary.add(tape, x, gated));
        }
        if (on.groundObject() || on.spatialPosition()) {
            gated = Binary.add(
                    tape,
                    gated,
                    objectPosition.forward(
                            tape, x, height, s.streams().get(1), s.streams().get(2)));
        }
        if (on.modulation()) {
            Var squeezed = Reduce.mean(tape, config.wiring() == FiaNetConfig.Wiring.PAPER ? gated : x, 1, true);
            Var m = fc2.forward(tape, fc1.forward(tape, squeezed, Activation.RELU, null), Activation.SIGMOID, null);
            gated = Binary.mul(tape, gated, m);
        }
        return new Aligned(c, Binary.add(tape, x, gated));
    }
}
