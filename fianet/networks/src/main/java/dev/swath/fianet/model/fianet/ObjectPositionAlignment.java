package dev.swath.fianet.model.fianet;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Unary;
import dev.swath.fianet.model.parts.CrossAttention;
import dev.swath.fianet.model.parts.Meaning;
import dev.swath.fianet.model.parts.Meant;
import dev.swath.fianet.model.parts.TanhGate;
import dev.swath.fianet.model.parts.Words;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import java.util.Map;

/**
 * The object branch, gated, times one weight per pixel that the position branch gives: sigmoid of a 3x3 convolution over
 * the channels' mean and maximum. {@code go_embedding} stands in every published checkpoint and is used by nothing.
 */
public final class ObjectPositionAlignment extends Module implements Meant {
    private final CrossAttention object;
    private final TanhGate gate;
    private final CrossAttention position;
    private final Conv2d weight;
    private final FiaNetConfig.Ablation ablation;

    /** For cells of {@code channels} and words of {@code text}. */
    public ObjectPositionAlignment(int channels, int text, int heads, FiaNetConfig.Ablation ablation) {
        this.ablation = ablation;
        this.object = child("go_cross_attn", new CrossAttention(channels, text, heads));
        this.gate = child("go_tanh_gating", new TanhGate(channels));
        child("go_embedding", new Linear(channels, channels, false));
        this.position = child("sp_cross_attn", new CrossAttention(channels, text, heads));
        this.weight = child("conv1", new Conv2d(2, 1, 3, 1, 1, false));
    }

    @Override
    public Map<String, Meaning> meanings() {
        return Map.of(
                "go_cross_attn", Meaning.OBJECT_ATTENTION,
                "go_tanh_gating", Meaning.OBJECT_GATE,
                "sp_cross_attn", Meaning.POSITION_ATTENTION,
                "conv1", Meaning.SPATIAL_PRIOR);
    }

    /** (B, L, C) of a grid of {@code height} rows, and the two branches' words, to (B, L, C). */
    public Var forward(Tape tape, Var x, int height, Words objectWords, Words positionWords) {
        return call(tape, () -> {
            Var located = ablation.spatialPosition() || !ablation.groundObject()
                    ? position.forward(tape, x, positionWords)
                    : x;
            Var result = located;
            if (ablation.groundObject()) {
                Var o = object.forward(tape, x, objectWords);
                result = Binary.mul(tape, gate.forward(tape, o), o);
            }
            if (ablation.spatialPosition()) {
                int batch = x.dim(0);
                int length = x.dim(1);
                Var planes =
                        Concat.apply(tape, 2, Reduce.mean(tape, located, 2, true), Reduce.max(tape, located, 2, true));
                Var grid = Reshape.apply(tape, planes, batch, height, length / height, 2);
                Var w = Unary.sigmoid(tape, weight.forward(tape, grid));
                result = Binary.mul(tape, result, Reshape.apply(tape, w, batch, length, 1));
            }
            return result;
        });
    }
}
