package dev.swath.fianet.model.mafn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.DropPath;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Mlp;
import dev.swath.nn.ModuleList;
import dev.swath.nn.swin.StageBlock;
import dev.swath.nn.swin.WindowAttention;
import dev.swath.tensor.DType;

/**
 * A Swin block with {@link NoiseAttention} behind its window attention: y = attention(norm1(x)), x + (y + noise attention(y)), then +
 * mlp(norm2(.)); odd blocks shift their windows by half a window.
 */
final class NoiseBlock extends StageBlock {
    private final LayerNorm norm1;
    private final WindowAttention attn;
    private final LayerNorm norm2;
    private final Mlp mlp;
    private final NoiseAttention noise;
    private final int shift;
    private final double dropPath;

    /** {@code shift} in cells, 0 for none; {@code noiseHeads} of the attention to the two keys. */
    NoiseBlock(int channels, int heads, int noiseHeads, int window, int shift, int mlpRatio, double dropPath) {
        this.shift = shift;
        this.dropPath = dropPath;
        this.norm1 = child("norm1", new LayerNorm(channels, 1e-5));
        this.attn = child("attn", new WindowAttention(channels, heads, window));
        this.norm2 = child("norm2", new LayerNorm(channels, 1e-5));
        this.mlp = child("mlp", new Mlp(channels, mlpRatio * channels));
        this.noise = new NoiseAttention(
                child("cross_attn_0_to_1", new NoiseAttention.Heads(channels, noiseHeads)),
                child("relation_judger", new ModuleList<Mlp>().add(new Mlp(channels, channels))),
                child("k_noise", new NoiseAttention.Noise(channels)),
                child("v_noise", new NoiseAttention.Noise(channels)));
    }

    @Override
    public Var forward(Tape tape, Var x) {
        return call(tape, () -> {
            DType branch = tape.precision().activations(x.dtype());
            Var seen = tape.scope(
                    "", () -> noise.forward(tape, attn.forward(tape, norm1.forward(tape, x, branch), shift, null)));
            Var y = Binary.add(tape, x, DropPath.apply(tape, seen, dropPath));
            if (tape.training() && dropPath > 0) {
                Var z = DropPath.apply(tape, mlp.forward(tape, norm2.forward(tape, y, branch), null), dropPath);
                return Binary.add(tape, y, z);
            }
            return mlp.forward(tape, norm2.forward(tape, y, branch), y);
        });
    }
}
