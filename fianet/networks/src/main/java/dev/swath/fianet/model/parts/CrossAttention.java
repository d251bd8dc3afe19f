package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Attention;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.InstanceNorm;
import dev.swath.autograd.ops.Reshape;
import dev.swath.nn.Module;
import dev.swath.nn.Pointwise;

/**
 * From pixels to words: instance-normed queries of every cell, keys and values of the words, both multiplied by their
 * mask; the mixture is projected and instance-normed again. The scale is C^-0.5 for any number of heads.
 *
 * <p>Where the words were rounded, only what sets them apart goes in, which gives the same: a constant in all keys changes no softmax,
 * and one in all values is the same at every cell, which the second norm takes away. Nothing large is then rounded of which the norm
 * keeps the little that varies.
 */
public final class CrossAttention extends Module {
    private static final double EPS = 1e-5;

    private static final class Projection extends Module {
        private final Pointwise conv;

        Projection(int in, int out) {
            this.conv = child("0", new Pointwise(in, out, 1));
        }

        Var forward(Tape tape, Var x) {
            return call(tape, () -> conv.forward(tape, x));
        }
    }

    private final Projection key;
    private final Projection query;
    private final Projection value;
    private final Projection output;
    private final int heads;
    private final double scale;

    /** From {@code channels} of the cells and {@code text} of the words. */
    public CrossAttention(int channels, int text, int heads) {
        this.heads = heads;
        this.scale = 1 / Math.sqrt(channels);
        this.key = child("f_key", new Projection(text, channels));
        this.query = child("f_query", new Projection(channels, channels));
        this.value = child("f_value", new Projection(text, channels));
        this.output = child("W", new Projection(channels, channels));
    }

    /** (B, L, C) and words to (B, L, C). */
    public Var forward(Tape tape, Var x, Words words) {
        return call(tape, () -> {
            Var q = InstanceNorm.apply(tape, query.forward(tape, x), EPS);
            Words.Differences apart = words.differences();
            Var mixture = apart == null ? mixture(tape, q, words) : mixture(tape, q, apart, words.mask());
            return InstanceNorm.apply(tape, mixture, EPS);
        });
    }

    private Var mixture(Tape tape, Var q, Words words) {
        Var visible = Reshape.apply(
                tape, words.mask(), words.mask().dim(0), words.mask().dim(1), 1);
        Var k = Binary.mul(tape, key.forward(tape, words.features()), visible);
        Var v = Binary.mul(tape, value.forward(tape, words.features()), visible);
        return output.forward(tape, Attention.apply(tape, q, k, v, words.mask(), heads, scale, 0));
    }

    /** With one head the projection of a mixture is the mixture of projections, W(p v) = p (v W^T): of N words, not of L cells. */
    private Var mixture(Tape tape, Var q, Words.Differences words, Var mask) {
        Var k = key.forward(tape, words.features());
        Var v = value.forward(tape, words.features());
        if (heads == 1) {
            Var projected = words.apart(tape, output.forward(tape, v), mask);
            return Attention.apply(tape, q, k, projected, mask, heads, scale, 0);
        }
        return output.forward(tape, Attention.apply(tape, q, k, words.apart(tape, v, mask), mask, heads, scale, 0));
    }
}
