package dev.swath.nn.swin;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Activation;
import dev.swath.nn.Init;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import dev.swath.nn.Parameter;
import dev.swath.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention inside windows with a learned bias by relative position (Swin Transformer, section 3.2). The
 * projections run on real cells only: a padded cell's q, k and v are exactly the projection's bias.
 */
public final class WindowAttention extends Module {
    private final Parameter table;
    private final Linear qkv;
    private final Linear proj;
    private final int heads;
    private final int window;

    /** For {@code channels} in {@code heads} heads. */
    public WindowAttention(int channels, int heads, int window) {
        this.heads = heads;
        this.window = window;
        int span = 2 * window - 1;
        this.table =
                parameter("relative_position_bias_table", Shape.of(span * span, heads), Init.truncatedNormal(0.02));
        buffer("relative_position_index", dev.swath.autograd.ops.WindowAttention.relativePositionIndex(window));
        this.qkv = child("qkv", new Linear(channels, 3 * channels, true));
        this.proj = child("proj", new Linear(channels, channels, true));
    }

    /** (B, H, W, C) to (B, H, W, C), plus the residual if there is one; windows are shifted by {@code shift} cells. */
    public Var forward(Tape tape, Var x, int shift, @Nullable Var residual) {
        return call(tape, () -> {
            Var mixed = dev.swath.autograd.ops.WindowAttention.apply(
                    tape, qkv.forward(tape, x), qkv.bias(), table, heads, window, shift);
            return proj.forward(tape, mixed, Activation.IDENTITY, residual);
        });
    }
}
