package dev.swath.nn.swin;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.DropPath;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Mlp;
import dev.swath.tensor.DType;

/** One pre-norm block: x + attention(norm1(x)), then + mlp(norm2(.)); odd blocks shift their windows by half a window. */
public final class SwinBlock extends StageBlock {
    private final LayerNorm norm1;
    private final WindowAttention attn;
    private final LayerNorm norm2;
    private final Mlp mlp;
    private final int shift;
    private final double dropPath;

    /** {@code shift} in cells, 0 for none. */
    public SwinBlock(int channels, int heads, int window, int shift, int mlpRatio, double dropPath) {
        this.shift = shift;
        this.dropPath = dropPath;
        this.norm1 = child("norm1", new LayerNorm(channels, 1e-5));
        this.attn = child("attn", new WindowAttention(channels, heads, window));
        this.norm2 = child("norm2", new LayerNorm(channels, 1e-5));
        this.mlp = child("mlp", new Mlp(channels, mlpRatio * channels));
    }

    @Override
    public Var forward(Tape tape, Var x) {
        return call(tape, () -> {
            DType branch = tape.precision().activations(x.dtype());
            if (tape.training() && dropPath > 0) {
                Var y = Binary.add(
                        tape,
                        x,
                        DropPath.apply(
                                tape, attn.forward(tape, norm1.forward(tape, x, branch), shift, null), dropPath));
                Var z = DropPath.apply(tape, mlp.forward(tape, norm2.forward(tape, y, branch), null), dropPath);
                return Binary.add(tape, y, z);
            }
            Var y = attn.forward(tape, norm1.forward(tape, x, branch), shift, x);
            return mlp.forward(tape, norm2.forward(tape, y, branch), y);
        });
    }
}
