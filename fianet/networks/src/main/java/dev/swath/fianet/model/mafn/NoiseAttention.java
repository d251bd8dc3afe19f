package dev.swath.fianet.model.mafn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Cast;
import dev.swath.autograd.ops.Linear;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Softmax;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.nn.Init;
import dev.swath.nn.Mlp;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleException;
import dev.swath.nn.ModuleList;
import dev.swath.nn.Parameter;
import dev.swath.tensor.Shape;

/**
 * Attention of a token y to two keys made of itself (MAFN's noise attention): k0 = y + n_k, k1 = y softmax(MLP(y)) with the softmax
 * over the channels; values v0 = y + n_v, v1 = y; n_k and n_v are learned rows. No other token takes part. It is no module: its
 * parts stand directly in a block in the published names.
 *
 * <p>A softmax over two keys is a sigmoid of their difference, and the projections are linear: with d = W_k (k0 - k1), a head's
 * weight of the first key is a = sigmoid(scale q d), and its result W_v y + b_v + a W_v n_v. So one product makes both keys, a
 * second all values, and the bias of the keys cancels (its gradient is 0).
 *
 * @param attention the projections
 * @param judger the MLP of the second key
 * @param keyNoise n_k, row 0
 * @param valueNoise n_v, row 0
 */
record NoiseAttention(Heads attention, ModuleList<Mlp> judger, Noise keyNoise, Noise valueNoise) {
    /** Two learned rows, of which the published network uses the first alone. */
    static final class Noise extends Module {
        private final Parameter weight;

        Noise(int channels) {
            this.weight = parameter("weight", Shape.of(2, channels), Init.normal(1));
        }

        /** Row 0 in the type of {@code like}, (1, C). */
        Var forward(Tape tape, Var like) {
            return call(tape, () -> Cast.apply(tape, Narrow.apply(tape, weight, 0, 0, 1), like.dtype()));
        }
    }

    /** Multi-head attention to two keys, its projections in one tensor: rows of q, of k, of v. */
    static final class Heads extends Module {
        private final Parameter weight;
        private final Parameter bias;
        private final dev.swath.nn.Linear output;
        private final int channels;
        private final int heads;

        Heads(int channels, int heads) {
            if (channels % heads != 0) {
                throw new ModuleException("[mafn] the channels of each stage must be a multiple of the " + heads
                        + " heads of the noise attention; got " + channels);
            }
            this.channels = channels;
            this.heads = heads;
            // Xavier's uniform distribution of the whole tensor
            this.weight = parameter(
                    "in_proj_weight", Shape.of(3 * channels, channels), Init.within(Math.sqrt(6.0 / (4 * channels))));
            this.bias = parameter("in_proj_bias", Shape.of(3 * channels), Init.constant(0));
            this.output = child("out_proj", new dev.swath.nn.Linear(channels, channels, true));
        }

        /** Queries y, differences of the keys (B, H, W, C), values y and y + noise (1, C), to (B, H, W, C) plus y. */
        Var forward(Tape tape, Var y, Var keys, Var noise) {
            return call(tape, () -> {
                Var mixed = tape.scope("", () -> mixed(tape, y, keys, noise));
                return output.forward(tape, mixed, Activation.IDENTITY, y);
            });
        }

        private Var mixed(Tape tape, Var y, Var keys, Var noise) {
            int[] perHead = {y.dim(0), y.dim(1), y.dim(2), heads, channels / heads};
            Var a = tape.scope("", () -> {
                Var q = Linear.apply(tape, y, part(tape, weight, 0), part(tape, bias, 0));
                Var d = Linear.apply(tape, keys, part(tape, weight, 1), null);
                Var products = Reshape.apply(tape, Binary.mul(tape, q, d), perHead);
                Var scores = Reduce.sum(tape, products, 4, true);
                double scale = Math.sqrt((double) heads / channels);
                return Unary.sigmoid(tape, Binary.mul(tape, scores, tape.number(scores.dtype(), scale)));
            });
            Var weights = part(tape, weight, 2);
            Var v = Linear.apply(tape, y, weights, part(tape, bias, 2));
            Var n = Reshape.apply(tape, Linear.apply(tape, noise, weights, null), heads, channels / heads);
            Var sum = Binary.add(tape, Reshape.apply(tape, v, perHead), Binary.mul(tape, a, n));
            return Reshape.apply(tape, sum, y.shape().dims());
        }

        private Var part(Tape tape, Var all, int i) {
            return Narrow.apply(tape, all, 0, i * channels, (i + 1) * channels);
        }
    }

    /** (B, H, W, C) to y + attention, (B, H, W, C). */
    Var forward(Tape tape, Var y) {
        return tape.scope("", () -> {
            Var keys = tape.scope("", () -> {
                Var judged = tape.scope(
                        judger.name(), () -> Softmax.apply(tape, judger.get(0).forward(tape, y, null)));
                Var second = Binary.mul(tape, y, judged);
                return Binary.sub(tape, Binary.add(tape, y, keyNoise.forward(tape, y)), second);
            });
            return attention.forward(tape, y, keys, valueNoise.forward(tape, y));
        });
    }
}
