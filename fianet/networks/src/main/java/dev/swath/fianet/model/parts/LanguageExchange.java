package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Attention;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Linear;
import dev.swath.nn.Mlp;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Language-guided cross-scale enhancement (Yuan et al., "RRSIS: Referring remote sensing image segmentation", TGRS 2024), after the
 * idea of the paper: no code of its authors is public. Of the two coarsest maps each gets a guide, a token made of the mean of the visible
 * words; each guide visits the other map and brings back what it saw there; then each map is read together with its guide by a
 * transformer layer of its own, and the guide is dropped. Finer maps stay as they are, and so do all shapes.
 *
 * <p>With i and o for the map and the other one, C_i and C_o channels: guide g = W_i (mean word), (B, C_i);
 * visit g' = leave(u + attention of u to LN([u ; map o])) with u = enter(g), (B, C_o), where enter and leave are Linear(GELU(LN)); then
 * t = [g' ; map i] (B, 1 + L_i, C_i), t += attention(LN t), t += MLP(LN t).
 */
public final class LanguageExchange extends MultiScale {
    /** Channels of an attention head. */
    public static final int HEAD = 64;

    /** Channels of a head where none are said: {@code published}, or as many as go into those and into {@code channels}. */
    public static int head(int published, int channels) {
        return BigInteger.valueOf(published).gcd(BigInteger.valueOf(channels)).intValue();
    }

    private static final double EPS = 1e-5;

    /** Linear(GELU(LN(x))): from one width to another. */
    private static final class Bridge extends Module {
        private final LayerNorm norm;
        private final Linear linear;

        Bridge(int in, int out) {
            this.norm = child("0", new LayerNorm(in, EPS));
            this.linear = child("2", new Linear(in, out, true));
        }

        Var forward(Tape tape, Var x) {
            return call(tape, () -> linear.forward(tape, Unary.gelu(tape, norm.forward(tape, x))));
        }
    }

    /** A guide's visit to the other map. */
    private static final class Visit extends Module {
        private final Bridge enter;
        private final LayerNorm norm;
        private final Linear query;
        private final Linear key;
        private final Linear value;
        private final Linear proj;
        private final Bridge leave;
        private final int heads;

        Visit(int own, int other, int head) {
            this.heads = heads(other, head);
            this.enter = child("enter", new Bridge(own, other));
            this.norm = child("norm", new LayerNorm(other, EPS));
            this.query = child("query", new Linear(other, other, true));
            this.key = child("key", new Linear(other, other, true));
            this.value = child("value", new Linear(other, other, true));
            this.proj = child("proj", new Linear(other, other, true));
            this.leave = child("leave", new Bridge(other, own));
        }

        /** The guide (B, 1, C_i) and the other map (B, L_o, C_o) to the guide that has seen it (B, 1, C_i). */
        Var forward(Tape tape, Var guide, Var cells) {
            return call(tape, () -> {
                Var u = enter.forward(tape, guide);
                Var t = norm.forward(tape, Concat.apply(tape, 1, u, cells));
                Var q = query.forward(tape, Narrow.apply(tape, t, 1, 0, 1));
                double scale = 1 / Math.sqrt((double) u.dim(2) / heads);
                Var mixed = Attention.apply(tape, q, key.forward(tape, t), value.forward(tape, t), heads, scale, 0);
                return leave.forward(tape, proj.forward(tape, mixed, Activation.IDENTITY, u));
            });
        }
    }

    /** Self-attention of all tokens, without a code of their positions. */
    private static final class SelfAttention extends Module {
        private final Linear qkv;
        private final Linear proj;
        private final int heads;

        SelfAttention(int channels, int head) {
            this.heads = heads(channels, head);
            this.qkv = child("qkv", new Linear(channels, 3 * channels, true));
            this.proj = child("proj", new Linear(channels, channels, true));
        }

        Var forward(Tape tape, Var x, Var residual) {
            return call(tape, () -> {
                int channels = x.dim(2);
                Var all = qkv.forward(tape, x);
                Var[] part = new Var[3];
                for (int i = 0; i < 3; i++) {
                    part[i] = Narrow.apply(tape, all, 2, i * channels, (i + 1) * channels);
                }
                double scale = 1 / Math.sqrt((double) channels / heads);
                Var mixed = Attention.apply(tape, part[0], part[1], part[2], heads, scale, 0);
                return proj.forward(tape, mixed, Activation.IDENTITY, residual);
            });
        }
    }

    /** A pre-norm transformer layer. */
    private static final class Layer extends Module {
        private final LayerNorm norm1;
        private final SelfAttention attn;
        private final LayerNorm norm2;
        private final Mlp mlp;

        Layer(int channels, int head, int ratio) {
            this.norm1 = child("norm1", new LayerNorm(channels, EPS));
            this.attn = child("attn", new SelfAttention(channels, head));
            this.norm2 = child("norm2", new LayerNorm(channels, EPS));
            this.mlp = child("mlp", new Mlp(channels, ratio * channels));
        }

        Var forward(Tape tape, Var x) {
            return call(tape, () -> {
                Var y = attn.forward(tape, norm1.forward(tape, x), x);
                return mlp.forward(tape, norm2.forward(tape, y), y);
            });
        }
    }

    private final ModuleList<Linear> guide = new ModuleList<>();
    private final ModuleList<Visit> exchange = new ModuleList<>();
    private final ModuleList<ModuleList<Layer>> branch = new ModuleList<>();

    /**
     * For two maps.
     *
     * @param fine channels of the finer map
     * @param coarse channels of the coarser one
     * @param text width of the words
     * @param head channels of an attention head, {@link #HEAD} if nothing else is wanted; a narrower map has one head
     * @param ratio hidden width of the layers' MLP over their channels, 4 if nothing else is wanted
     */
    public LanguageExchange(int fine, int coarse, int text, int head, int ratio) {
        int[] widths = {fine, coarse};
        for (int i = 0; i < 2; i++) {
            guide.add(new Linear(text, widths[i], true));
            exchange.add(new Visit(widths[i], widths[1 - i], head));
            ModuleList<Layer> layers = new ModuleList<>();
            layers.add(new Layer(widths[i], head, ratio));
            branch.add(layers);
        }
        child("guide", guide);
        child("exchange", exchange);
        child("branch", branch);
    }

    private static int heads(int channels, int head) {
        return Math.max(1, channels / head);
    }

    /** The last two maps take part; the others are handed on. */
    @Override
    public List<Var> forward(Tape tape, List<Var> maps, Sentence sentence) {
        return callAll(tape, () -> {
            Var words = sentence.words().mean(tape);
            Var mean = Reshape.apply(tape, words, words.dim(0), 1, words.dim(1));
            int first = maps.size() - 2;
            List<Var> guides = tape.scopeAll(
                    guide.name(),
                    () -> guide.items().stream().map(g -> g.forward(tape, mean)).toList());
            List<Var> cells = maps.subList(first, maps.size()).stream()
                    .map(m -> Reshape.apply(tape, m, m.dim(0), m.dim(1) * m.dim(2), m.dim(3)))
                    .toList();
            List<Var> out = new ArrayList<>(maps.subList(0, first));
            for (int i = 0; i < 2; i++) {
                int me = i;
                out.add(tape.scope("", () -> {
                    Var seen = tape.scope(
                            exchange.name(), () -> exchange.get(me).forward(tape, guides.get(me), cells.get(1 - me)));
                    return read(tape, branch.get(me), seen, maps.get(first + me), cells.get(me));
                }));
            }
            return out;
        });
    }

    private Var read(Tape tape, ModuleList<Layer> layers, Var seen, Var map, Var cells) {
        Var tokens = tape.scope(
                branch.name(),
                () -> tape.scope(layers.name(), () -> {
                    Var x = Concat.apply(tape, 1, seen, cells);
                    for (Layer layer : layers.items()) {
                        x = layer.forward(tape, x);
                    }
                    return x;
                }));
        Var own = Narrow.apply(tape, tokens, 1, 1, tokens.dim(1));
        return Reshape.apply(tape, own, map.shape().dims());
    }
}
