package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Cast;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.Conv2d;
import dev.swath.autograd.ops.Dropout;
import dev.swath.autograd.ops.MatMul;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Permute;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.nn.Init;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import dev.swath.nn.Parameter;
import dev.swath.tensor.Shape;
import java.util.List;

/**
 * A 3x3 convolution whose kernel each image turns and scales for itself (adaptive rotated convolution with one kernel; Pu et al.,
 * ICCV 2023; as in RMSIN): K[o,i,p] = alpha sum over q of R(theta)[p,q] W[o,i,q], padding 1, no bias. A router reads alpha and
 * theta off the image: z = mean over pixels of ReLU(LN(depthwise 3x3(x))), alpha = sigmoid(A z + a), theta = 40 degrees
 * softsign(T z). Its names, {@code rounting_func}, are those of the published files.
 */
public final class RotatedConv2d extends Module {
    private static final double LARGEST_ANGLE = Math.toRadians(40);

    private static final class Norm extends Module {
        private final LayerNorm norm;

        Norm(int channels) {
            this.norm = child("norm", new LayerNorm(channels, 1e-5));
        }

        Var forward(Tape tape, Var x) {
            return call(tape, () -> norm.forward(tape, x));
        }
    }

    private static final class Router extends Module {
        private final dev.swath.nn.Conv2d depthwise;
        private final Norm norm;
        private final Linear scale;
        private final Linear angle;
        private final TapRotation rotation;
        private final double dropout;

        Router(int channels, double dropout) {
            this.dropout = dropout;
            this.depthwise = child(
                    "dwc",
                    new dev.swath.nn.Conv2d(
                            channels, channels, 3, 1, 1, channels, 1, false, Init.truncatedNormal(0.02)));
            this.norm = child("norm", new Norm(channels));
            this.scale = child("fc_alpha", new Linear(channels, 1, true));
            this.angle = child("fc_theta", new Linear(channels, 1, false));
            this.rotation = child("rotation", new TapRotation());
        }

        /** (B, H, W, C) to what each image makes of the taps, alpha R(theta), (B, 9, 9) in f32. */
        Var forward(Tape tape, Var x) {
            return call(tape, () -> {
                Var y = Unary.relu(tape, norm.forward(tape, depthwise.forward(tape, x)));
                Var cells = Reshape.apply(tape, y, x.dim(0), x.dim(1) * x.dim(2), x.dim(3));
                Var z = Cast.apply(
                        tape, Reduce.mean(tape, cells, 1, false), angle.weight().dtype());
                Var alpha = scale.forward(tape, Dropout.apply(tape, z, dropout), Activation.SIGMOID, null);
                Var theta = angle.forward(tape, Dropout.apply(tape, z, dropout), Activation.SOFTSIGN, null);
                Var turn = rotation.forward(tape, Binary.mul(tape, theta, tape.number(theta.dtype(), LARGEST_ANGLE)));
                return Binary.mul(tape, turn, Reshape.apply(tape, alpha, x.dim(0), 1, 1));
            });
        }
    }

    private final Parameter weight;
    private final Router router;
    private final int channels;

    /**
     * For maps of {@code channels}, in and out.
     *
     * @param dropout of what the router reads scale and angle off, each by itself, in training
     */
    public RotatedConv2d(int channels, double dropout) {
        this.channels = channels;
        // Kaiming's normal for ReLU by the fan-out, of a weight whose first axis counts the kernels, which are one.
        this.weight = parameter(
                "weight", Shape.of(1, channels, channels, 3, 3), Init.truncatedNormal(Math.sqrt(2.0 / (9 * channels))));
        this.router = child("rounting_func", new Router(channels, dropout));
    }

    /** (B, H, W, C) to (B, H, W, C). */
    public Var forward(Tape tape, Var x) {
        return call(tape, () -> {
            Var taps = Reshape.apply(tape, weight, channels * channels, 9);
            Var turned = MatMul.apply(tape, taps, Permute.apply(tape, router.forward(tape, x), 0, 2, 1));
            Var[] out = new Var[x.dim(0)];
            for (int i = 0; i < out.length; i++) {
                Var image = Narrow.apply(tape, x, 0, i, i + 1);
                Var kernel = Reshape.apply(tape, Narrow.apply(tape, turned, 0, i, i + 1), channels, channels, 3, 3);
                out[i] = Conv2d.apply(tape, List.of(image), kernel, null, Activation.IDENTITY, 1, 1);
            }
            return out.length == 1 ? out[0] : Concat.apply(tape, 0, out);
        });
    }
}
