package dev.swath.fianet.model.fianet;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Reduce;
import dev.swath.fianet.model.ContextAlignment;
import dev.swath.fianet.model.TanhGate;
import dev.swath.kernels.Activation;
import dev.swath.nn.Linear;
import org.jspecify.annotations.Nullable;

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
    /**
     * What the alignment gives.
     *
     * @param context the context branch before its gate, (B, L, C)
     * @param fused what goes on to the next stage, (B, L, C), or null where nothing needs it
     */
    record Result(Var context, @Nullable Var fused) {}

    Result forward(Tape tape, Var x, int height, Sentence s, FiaNetConfig config, boolean needsFused) {
        Var c = context.forward(tape, x, s.context());
        if (!needsFused) {
            return new Result(c, null);
        }
        Var gated = Binary.mul(tape, gate.forward(tape, c), c);
        FiaNetConfig.Ablation on = config.ablation();
        if (!on.fiam()) {
            return new Result(c, Binary.add(tape, x, gated));
        }
        if (on.groundObject() || on.spatialPosition()) {
            gated = Binary.add(tape, gated, objectPosition.forward(tape, x, height, s.object(), s.position()));
        }
        if (on.modulation()) {
            Var squeezed = Reduce.mean(tape, config.wiring() == FiaNetConfig.Wiring.PAPER ? gated : x, 1, true);
            Var m = fc2.forward(tape, fc1.forward(tape, squeezed, Activation.RELU, null), Activation.SIGMOID, null);
            gated = Binary.mul(tape, gated, m);
        }
        return new Result(c, Binary.add(tape, x, gated));
    }
}
