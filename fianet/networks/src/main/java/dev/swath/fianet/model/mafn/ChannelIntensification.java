package dev.swath.fianet.model.mafn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.kernels.Activation;
import dev.swath.nn.Conv2d;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Module;
import dev.swath.nn.Pointwise;
import java.util.List;

/**
 * A residual block whose channels are weighted ({@code channel_intensification_block}): q = conv2(LeakyReLU(conv1(LN(x)))), 3x3 both; out
 * = x + q sigmoid(W'(ReLU(W mean(q) + b)) + b'), the mean over the cells, a quarter of the channels between.
 */
final class ChannelIntensification extends Module {
    private static final class Weights extends Module {
        private final Pointwise first;
        private final Pointwise second;

        Weights(int channels) {
            this.first = child("Conv_0", new Pointwise(channels, channels / 4, 2));
            this.second = child("Conv_1", new Pointwise(channels / 4, channels, 2));
        }

        /** (B, H, W, C) to (B, 1, 1, C). */
        Var forward(Tape tape, Var x) {
            return call(tape, () -> {
                Var cells = Reshape.apply(tape, x, x.dim(0), x.dim(1) * x.dim(2), x.dim(3));
                Var mean = Reduce.mean(tape, cells, 1, false);
                Var w = second.forward(
                        tape, first.forward(tape, mean, Activation.RELU, null), Activation.SIGMOID, null);
                return Reshape.apply(tape, w, x.dim(0), 1, 1, x.dim(3));
            });
        }
    }

    private final LayerNorm norm;
    private final Conv2d conv1;
    private final Conv2d conv2;
    private final Weights weights;

    ChannelIntensification(int channels) {
        this.norm = child("LayerNorm", new LayerNorm(channels, 1e-5));
        this.conv1 = child("conv1", new Conv2d(channels, channels, 3, 1, 1, true));
        this.conv2 = child("conv2", new Conv2d(channels, channels, 3, 1, 1, true));
        this.weights = child("channel_attention", new Weights(channels));
    }

    /** (B, H, W, C) to (B, H, W, C). */
    Var forward(Tape tape, Var x) {
        return call(tape, () -> {
            Var q = tape.scope("", () -> {
                Var normed = norm.forward(tape, x);
                return conv2.forward(tape, conv1.forward(tape, List.of(normed), Activation.LEAKY_RELU));
            });
            return Binary.add(tape, x, Binary.mul(tape, q, weights.forward(tape, q)));
        });
    }
}
