package dev.swath.nn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import org.jspecify.annotations.Nullable;

/** Two fully connected layers with GELU between: fc2(GELU(fc1(x))). */
public final class Mlp extends Module {
    private final Linear fc1;
    private final Linear fc2;

    /** From {@code size} to {@code hidden} and back. */
    public Mlp(int size, int hidden) {
        this.fc1 = child("fc1", new Linear(size, hidden, true));
        this.fc2 = child("fc2", new Linear(hidden, size, true));
    }

    /** (..., size) to (..., size), plus the residual if there is one. */
    public Var forward(Tape tape, Var x, @Nullable Var residual) {
        return call(
                tape,
                () -> fc2.forward(tape, fc1.forward(tape, x, Activation.GELU, null), Activation.IDENTITY, residual));
    }
}
