package dev.swath.fianet.model.mafn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.fianet.model.parts.RotatedConv2d;
import dev.swath.kernels.Activation;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Init;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.nn.Pointwise;
import java.util.List;

/**
 * Kernels of growing size in a row, with one rotated convolution between ({@code mscb}): h = ReLU(BN(W g)); for each kernel d =
 * ReLU(BN(depthwise(h))), the sum gains d, and h = rotated(h) + d for the next; result g + BN(W' sum). The channel shuffle of the
 * published code has as many groups as channels and moves nothing.
 */
final class ScaleBlock extends Module {
    /** A 1x1 convolution without bias and a batch norm, under the names 0 and 1, and a function. */
    private static final class NormedProduct extends Module {
        private final Pointwise conv;
        private final BatchNorm norm;

        NormedProduct(int channels) {
            this.conv = child("0", new Pointwise(channels, channels, 2, Init.uniform(channels), null));
            this.norm = child("1", new BatchNorm(channels));
        }

        Var forward(Tape tape, Var x, Activation f) {
            return call(tape, () -> norm.forward(tape, conv.forward(tape, x), f));
        }
    }

    /** A depthwise convolution without bias and a batch norm, under the names 0 and 1, and ReLU. */
    private static final class NormedDepthwise extends Module {
        private final Conv2d conv;
        private final BatchNorm norm;

        NormedDepthwise(int channels, int kernel) {
            this.conv = child("0", new Conv2d(channels, channels, kernel, 1, kernel / 2, channels, 1, false));
            this.norm = child("1", new BatchNorm(channels));
        }

        Var forward(Tape tape, Var x) {
            return call(tape, () -> norm.forward(tape, conv.forward(tape, x), Activation.RELU));
        }
    }

    private static final class Row extends Module {
        private final RotatedConv2d rotated;
        private final ModuleList<NormedDepthwise> depthwise = new ModuleList<>();

        Row(int channels, List<Integer> kernels, double dropout) {
            this.rotated = child("conv2_3", new RotatedConv2d(channels, dropout));
            kernels.forEach(k -> depthwise.add(new NormedDepthwise(channels, k)));
            child("dwconvs", depthwise);
        }

        /** (B, H, W, C) to the sum over the kernels, (B, H, W, C). */
        Var forward(Tape tape, Var x) {
            return call(tape, () -> {
                Var h = x;
                Var total = seen(tape, 0, h);
                Var d = total;
                for (int i = 1; i < depthwise.size(); i++) {
                    h = Binary.add(tape, rotated.forward(tape, h), d);
                    d = seen(tape, i, h);
                    total = Binary.add(tape, total, d);
                }
                return total;
            });
        }

        private Var seen(Tape tape, int i, Var x) {
            return tape.scope(depthwise.name(), () -> depthwise.get(i).forward(tape, x));
        }
    }

    private final NormedProduct enter;
    private final Row row;
    private final NormedProduct leave;

    /**
     * For maps of {@code channels}.
     *
     * @param kernels sides of the depthwise kernels, odd
     * @param dropout of the rotated convolution's router
     */
    ScaleBlock(int channels, List<Integer> kernels, double dropout) {
        this.enter = child("pconv1", new NormedProduct(channels));
        this.row = child("msdc", new Row(channels, kernels, dropout));
        this.leave = child("pconv2", new NormedProduct(channels));
    }

    /** (B, H, W, C) to (B, H, W, C). */
    Var forward(Tape tape, Var x) {
        return call(tape, () -> {
            Var h = enter.forward(tape, x, Activation.RELU);
            return Binary.add(tape, x, leave.forward(tape, row.forward(tape, h), Activation.IDENTITY));
        });
    }
}
