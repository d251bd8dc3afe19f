package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Resize;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Module;
import dev.swath.nn.Pointwise;

/**
 * Local times gate plus global: out = bn1(W local) up(hard-sigmoid(bn3(W coarse))) + up(bn2(W coarse)), with {@code up}
 * bilinear to the local size, corners not aligned (RMSIN's scale-aware gate).
 */
public final class ScaleAwareGate extends Module {
    private final Pointwise local;
    private final BatchNorm localNorm;
    private final Pointwise global;
    private final BatchNorm globalNorm;
    private final Pointwise gate;
    private final BatchNorm gateNorm;

    /** For maps of {@code channels}. */
    public ScaleAwareGate(int channels) {
        this.local = child("local_embedding", new Pointwise(channels, channels, 2));
        this.localNorm = child("bn1", new BatchNorm(channels));
        this.global = child("global_embedding", new Pointwise(channels, channels, 2));
        this.globalNorm = child("bn2", new BatchNorm(channels));
        this.gate = child("global_act", new Pointwise(channels, channels, 2));
        this.gateNorm = child("bn3", new BatchNorm(channels));
    }

    /** Local (B, H, W, C) and coarse (B, h, w, C) to (B, H, W, C). */
    public Var forward(Tape tape, Var localMap, Var coarse) {
        return call(tape, () -> {
            int height = localMap.dim(1);
            int width = localMap.dim(2);
            Var keep = localNorm.forward(tape, local.forward(tape, localMap));
            Var add =
                    Resize.bilinear(tape, globalNorm.forward(tape, global.forward(tape, coarse)), height, width, false);
            Var open = Unary.apply(tape, gateNorm.forward(tape, gate.forward(tape, coarse)), Activation.HARD_SIGMOID);
            Var g = Resize.bilinear(tape, open, height, width, false);
            return Binary.add(tape, Binary.mul(tape, keep, g), add);
        });
    }
}
