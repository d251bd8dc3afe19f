package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.MatMul;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Permute;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Softmax;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import dev.swath.nn.Pointwise;

/**
 * Attention among the cells of a grid at its own, half and a third of its size: 1x1(hard-swish(bn4(attention(t, t1, t2)))), t =
 * bn1(y), t1 and t2 strided depthwise convolutions of t with batch norm. Two steps of the published code read an array in another
 * order than it was written in, and the published weights were learned so; they are kept, and named below.
 */
final class CrossScaleAttention extends Module {
    /** A depthwise convolution with batch norm, 0 and 1. */
    private static final class Coarser extends Module {
        private final Conv2d conv;
        private final BatchNorm norm;

        Coarser(int channels, int kernel, int stride) {
            this.conv = child("0", new Conv2d(channels, channels, kernel, stride, kernel / 2, channels, 1, true));
            this.norm = child("1", new BatchNorm(channels));
        }

        /** (B, a, a, C) to (B, ceil(a / stride)^2, C). */
        Var forward(Tape tape, Var t) {
            return call(tape, () -> cells(tape, norm.forward(tape, conv.forward(tape, t))));
        }
    }

    private static final class Projection extends Module {
        private final Linear linear;
        private final BatchNorm norm;

        Projection(int in, int out) {
            this.linear = child("c", new Linear(in, out, false));
            this.norm = child("bn", new BatchNorm(out));
        }

        Var forward(Tape tape, Var x) {
            return call(tape, () -> norm.forward(tape, linear.forward(tape, x)));
        }
    }

    /** A depthwise 3x3 convolution of hard-swish, under the name 1. */
    private static final class Parallel extends Module {
        private final Conv2d conv;

        Parallel(int channels) {
            this.conv = child("1", new Conv2d(channels, channels, 3, 1, 1, channels, 1, true));
        }

        Var forward(Tape tape, Var x) {
            return call(tape, () -> conv.forward(tape, Unary.apply(tape, x, Activation.HARD_SWISH)));
        }
    }

    private static final class Attention extends Module {
        private final CrossScaleConfig config;
        private final Projection qkv;
        private final Parallel parallel;
        private final Linear out;
        private final Linear mix;

        Attention(int channels, CrossScaleConfig config) {
            this.config = config;
            this.qkv = child("qkv", new Projection(channels, 2 * config.inner()));
            this.parallel = child("parallel_conv", new Parallel(config.inner()));
            this.out = child("to_out", new Linear(config.inner(), channels, true));
            this.mix = child("proj", new Linear(config.tokens(), config.side() * config.side(), true));
        }

        /** (B, n, C) to (B, a^2, C); the first a^2 tokens are the cells of the grid itself. */
        Var forward(Tape tape, Var x) {
            return call(tape, () -> {
                int batch = x.dim(0);
                int n = x.dim(1);
                int a = config.side();
                int heads = config.heads();
                int key = config.key();
                int inner = config.inner();
                Var all = Reshape.apply(tape, qkv.forward(tape, x), batch, n, heads, 4 * key);
                Var q = Binary.mul(
                        tape, Narrow.apply(tape, all, 3, 0, key), tape.number(x.dtype(), 1 / Math.sqrt(key)));
                Var k = Narrow.apply(tape, all, 3, key, 2 * key);
                // (B, heads, n, 2 key)
                Var v = Permute.apply(tape, Narrow.apply(tape, all, 3, 2 * key, 4 * key), 0, 2, 1, 3);
                Var scores = MatMul.apply(tape, Permute.apply(tape, q, 0, 2, 1, 3), Permute.apply(tape, k, 0, 2, 3, 1));
                Var mixed = MatMul.apply(tape, Softmax.apply(tape, scores), v);
                // Written as (token, head, channel), read as inner rows of n; a row is mixed to one of a^2.
                Var rows = Reshape.apply(tape, Permute.apply(tape, mixed, 0, 2, 1, 3), batch, inner, n);
                Var y = Permute.apply(tape, mix.forward(tape, rows), 0, 2, 1);
                // Values of the grid's own cells, written as (head, token, channel), read as a map (inner, a, a).
                Var map = Reshape.apply(tape, Narrow.apply(tape, v, 2, 0, a * a), batch, inner, a, a);
                Var side = parallel.forward(tape, Permute.apply(tape, map, 0, 2, 3, 1));
                return out.forward(tape, Binary.add(tape, y, cells(tape, side)));
            });
        }
    }

    private final BatchNorm norm1;
    private final Coarser half;
    private final Coarser third;
    private final Attention attention;
    private final BatchNorm norm4;
    private final Pointwise conv;

    CrossScaleAttention(int channels, CrossScaleConfig config) {
        this.norm1 = child("bn1", new BatchNorm(channels));
        this.half = child("DWConv1", new Coarser(channels, 3, 2));
        this.third = child("DWConv2", new Coarser(channels, 5, 3));
        this.attention = child("attention", new Attention(channels, config));
        this.norm4 = child("bn4", new BatchNorm(channels));
        this.conv = child("conv", new Pointwise(channels, channels, 2));
    }

    /** (B, a, a, C) to (B, a, a, C). */
    Var forward(Tape tape, Var y) {
        return call(tape, () -> {
            Var t = norm1.forward(tape, y);
            Var tokens = Concat.apply(tape, 1, cells(tape, t), half.forward(tape, t), third.forward(tape, t));
            Var o = Reshape.apply(
                    tape, attention.forward(tape, tokens), y.shape().dims());
            return conv.forward(tape, Unary.apply(tape, norm4.forward(tape, o), Activation.HARD_SWISH));
        });
    }

    private static Var cells(Tape tape, Var map) {
        return Reshape.apply(tape, map, map.dim(0), map.dim(1) * map.dim(2), map.dim(3));
    }
}
