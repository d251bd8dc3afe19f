package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Cast;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.PatchMerge;
import dev.swath.autograd.ops.Permute;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Init;
import dev.swath.nn.Module;
import dev.swath.nn.Pointwise;
import java.util.List;

/**
 * Corrects logits at the image's own size by looking at the image again, for the decoder's cells are four pixels wide and what
 * is thinner drowns in them. So that it costs little it works on cells of 2 x 2 pixels, whose numbers stand beside each other as
 * channels:
 *
 * <p>a = block(fold [image, tanh(logits / {@value #RANGE})]); b = block(a); c = block(b); refined = logits + unfold(W c + bias)
 *
 * <p>with block = ReLU(batch norm(3x3 convolution)). The tangent keeps a sure answer, whose logits are large, from drowning the
 * image in the norms. W and the bias are 0 at first, so that an untrained refiner changes nothing. It is Swath's own; no
 * published network has it.
 */
public final class Refiner extends Module {
    private static final int CLASSES = 2;
    private static final int COLOURS = 3;

    /** Side of a cell in pixels. */
    private static final int SIDE = 2;

    /** Logits up to about so much keep their differences in what the refiner looks at. */
    private static final double RANGE = 4;

    private static final class Block extends Module {
        private final Conv2d conv;
        private final BatchNorm norm;

        Block(int in, int out) {
            this.conv = child("conv", new Conv2d(in, out, 3, 1, 1, false));
            this.norm = child("norm", new BatchNorm(out));
        }

        Var forward(Tape tape, List<Var> maps) {
            return call(tape, () -> norm.forward(tape, conv.forward(tape, maps, Activation.IDENTITY), Activation.RELU));
        }
    }

    private final Block enter;
    private final Block middle;
    private final Block leave;
    private final Pointwise classes;

    /** With so many channels in each cell. */
    public Refiner(int channels) {
        int pixels = SIDE * SIDE;
        this.enter = child("enter", new Block(pixels * (COLOURS + CLASSES), channels));
        this.middle = child("middle", new Block(channels, channels));
        this.leave = child("leave", new Block(channels, channels));
        Init nothing = Init.constant(0);
        this.classes = child("classes", new Pointwise(channels, pixels * CLASSES, 2, nothing, nothing));
    }

    /** The image (B, H, W, 3) and logits (B, H, W, 2) to better logits (B, H, W, 2). */
    public Var forward(Tape tape, Var image, Var logits) {
        return call(tape, () -> {
            Var small = Binary.mul(tape, logits, tape.number(logits.dtype(), 1 / RANGE));
            Var bounded = Unary.tanh(tape, Cast.apply(tape, small, image.dtype()));
            Var a = enter.forward(tape, List.of(PatchMerge.apply(tape, image), PatchMerge.apply(tape, bounded)));
            Var change = classes.forward(tape, leave.forward(tape, List.of(middle.forward(tape, List.of(a)))));
            return Binary.add(tape, logits, unfolded(tape, change, image.dim(1), image.dim(2)));
        });
    }

    /** (B, ceil(H / 2), ceil(W / 2), 4 K), by column, row and class, to (B, H, W, K). */
    private static Var unfolded(Tape tape, Var x, int height, int width) {
        int rows = x.dim(1);
        int columns = x.dim(2);
        Var apart = Reshape.apply(tape, x, x.dim(0), rows, columns, SIDE, SIDE, CLASSES);
        Var pixels = Reshape.apply(
                tape, Permute.apply(tape, apart, 0, 1, 4, 2, 3, 5), x.dim(0), SIDE * rows, SIDE * columns, CLASSES);
        return Narrow.apply(tape, Narrow.apply(tape, pixels, 1, 0, height), 2, 0, width);
    }
}
