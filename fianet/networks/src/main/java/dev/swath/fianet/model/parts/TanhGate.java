package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;

/** A gate in (-1, 1): tanh(W2 ReLU(W0 x)). */
public final class TanhGate extends Module {
    private final Linear first;
    private final Linear second;

    /** For {@code channels}. */
    public TanhGate(int channels) {
        this.first = child("0", new Linear(channels, channels, false));
        this.second = child("2", new Linear(channels, channels, false));
    }

    /** (..., C) to (..., C). */
    public Var forward(Tape tape, Var x) {
        return call(
                tape, () -> second.forward(tape, first.forward(tape, x, Activation.RELU, null), Activation.TANH, null));
    }
}
