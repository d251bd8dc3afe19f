package dev.swath.fianet.model.dlsa;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Cast;
import dev.swath.autograd.ops.MatMul;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Permute;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Softmax;
import dev.swath.autograd.ops.Unary;
import dev.swath.fianet.model.parts.Words;
import dev.swath.kernels.Activation;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Init;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.nn.Parameter;
import dev.swath.nn.Pointwise;
import dev.swath.tensor.Shape;
import java.util.List;

/**
 * The layout of the first DLSA files: each of K kernels has a query of its own, of unit length, and reads the words with it: text_k =
 * softmax over the visible words (query_k key / sqrt H) value. A cell's weights are the softmax over k of an MLP of [v ; text_k ; v
 * text_k] with v = W x + b. With one word, as the stages call it, queries and keys have no effect and their gradient is 0.
 */
public final class LegacyMixingMap extends MixingMap {
    /** Added under the square root of a squared length, so that a zero query stays zero and has a gradient. */
    private static final double TINY = 1e-24;

    /** Linear, GELU, Linear under the names 0 and 2, the first one over [v ; t ; v t] part by part. */
    private static final class Route extends Module {
        private static final class Joint extends Module {
            private final Parameter weight;
            private final Parameter bias;
            private final int hidden;

            Joint(int hidden) {
                this.hidden = hidden;
                this.weight = parameter("weight", Shape.of(hidden, 3 * hidden), Init.truncatedNormal(0.02));
                this.bias = parameter("bias", Shape.of(hidden), Init.constant(0));
            }

            /** (B, L, 1, H) and (B, 1, K, H) to GELU of the product, (B, L, K, H). */
            Var forward(Tape tape, Var v, Var t) {
                return call(tape, () -> {
                    Var each = Binary.add(tape, part(tape, v, 0, null), part(tape, t, 1, bias));
                    Var both = part(tape, Binary.mul(tape, v, t), 2, null);
                    return Unary.gelu(tape, Binary.add(tape, both, each));
                });
            }

            private Var part(Tape tape, Var x, int i, @org.jspecify.annotations.Nullable Var b) {
                Var w = Narrow.apply(tape, weight, 1, i * hidden, (i + 1) * hidden);
                return dev.swath.autograd.ops.Linear.apply(tape, x, w, b);
            }
        }

        private final Joint first;
        private final Linear second;

        Route(int hidden) {
            this.first = child("0", new Joint(hidden));
            this.second = child("2", new Linear(hidden, 1, true));
        }

        /** (B, L, 1, H) and (B, 1, K, H) to (B, L, K, 1). */
        Var forward(Tape tape, Var v, Var t) {
            return call(tape, () -> second.forward(tape, first.forward(tape, v, t)));
        }
    }

    private final Parameter queries;
    private final ModuleList<Conv2d> convs = new ModuleList<>();
    private final Linear visual;
    private final Pointwise key;
    private final Pointwise value;
    private final Route route;
    private final ModuleList<Pointwise> fusion;
    private final int hidden;

    /**
     * @param channels of the map
     * @param text width of a word
     * @param hidden H, width in which both meet
     * @param kernels sides of the kernels, odd; one query each
     */
    public LegacyMixingMap(int channels, int text, int hidden, List<Integer> kernels) {
        this.hidden = hidden;
        this.queries = parameter("branch_queries", Shape.of(kernels.size(), hidden), Init.truncatedNormal(0.02));
        kernels.forEach(k -> convs.add(response(k)));
        child("convs", convs);
        this.visual = child("vis_proj", new Linear(channels, hidden, true));
        this.key = child("lang_key", new Pointwise(text, hidden, 1));
        this.value = child("lang_value", new Pointwise(text, hidden, 1));
        this.route = child("route_mlp", new Route(hidden));
        this.fusion = child("fusion_proj", fusion(kernels.size()));
    }

    @Override
    public Var forward(Tape tape, Var x, Words words) {
        return call(tape, () -> {
            int batch = x.dim(0);
            int cells = x.dim(1) * x.dim(2);
            Var v = Reshape.apply(tape, visual.forward(tape, x), batch, cells, 1, hidden);
            Var read = read(tape, words);
            Var t = Reshape.apply(tape, read, batch, 1, read.dim(1), hidden);
            Var scores = Reshape.apply(tape, route.forward(tape, v, t), batch, x.dim(1), x.dim(2), t.dim(2));
            Var answers = tape.scope(convs.name(), () -> responses(tape, x, convs.items()));
            return raise(tape, x, Softmax.apply(tape, scores), answers, fusion);
        });
    }

    /** What each query reads from the words: (B, K, H). */
    private Var read(Tape tape, Words words) {
        return tape.scope("", () -> {
            Var keys = Permute.apply(tape, key.forward(tape, words.features()), 0, 2, 1);
            Var products = MatMul.apply(tape, Cast.apply(tape, unitQueries(tape), keys.dtype()), keys);
            Var mask = Reshape.apply(
                    tape, words.mask(), words.mask().dim(0), 1, words.mask().dim(1));
            // A hidden word's score is set to -1e4: s m + 1e4 m - 1e4.
            Var scaled = Binary.mul(tape, products, tape.number(keys.dtype(), 1 / Math.sqrt(hidden)));
            Var hiddenWords = Binary.sub(
                    tape, Binary.mul(tape, mask, tape.number(mask.dtype(), 1e4)), tape.number(mask.dtype(), 1e4));
            Var scores = Binary.add(tape, Binary.mul(tape, scaled, mask), hiddenWords);
            return MatMul.apply(tape, Softmax.apply(tape, scores), value.forward(tape, words.features()));
        });
    }

    /** The queries (K, H), each divided by its length. */
    private Var unitQueries(Tape tape) {
        Var squares = Reduce.sum(tape, Binary.mul(tape, queries, queries), 1, true);
        Var length = Unary.apply(tape, Binary.add(tape, squares, tape.number(squares.dtype(), TINY)), Activation.SQRT);
        return Binary.div(tape, queries, length);
    }
}
