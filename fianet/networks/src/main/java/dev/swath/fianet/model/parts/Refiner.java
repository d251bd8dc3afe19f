package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Resize;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Init;
import dev.swath.nn.Module;
import dev.swath.nn.Parameter;
import dev.swath.nn.Pointwise;
import dev.swath.tensor.Shape;
import java.util.List;

/**
 * Corrects logits at the image's own size by looking at the image again, for the decoder's cells are four pixels wide and what
 * is thinner drowns in them:
 *
 * <p>a = block([image, logits]); b = block(block of stride 2 (a)); refined = logits + scale (W block([a, up(b)]) + bias)
 *
 * <p>with block = ReLU(batch norm(3x3 convolution)), {@code up} bilinear (corners aligned), and {@code scale}, one number for
 * each class, 0 at first, so that an untrained refiner changes nothing. It is Swath's own; no published network has it.
 */
public final class Refiner extends Module {
    private static final int CLASSES = 2;
    private static final int COLOURS = 3;

    private static final class Block extends Module {
        private final Conv2d conv;
        private final BatchNorm norm;

        Block(int in, int out, int stride) {
            this.conv = child("conv", new Conv2d(in, out, 3, stride, 1, false));
            this.norm = child("norm", new BatchNorm(out));
        }

        Var forward(Tape tape, List<Var> maps) {
            return call(
                    tape,
                    () -> Unary.relu(
                            tape,
                            tape.scope("", () -> norm.forward(tape, conv.forward(tape, maps, Activation.IDENTITY)))));
        }
    }

    private final Block enter;
    private final Block down;
    private final Block deep;
    private final Block leave;
    private final Pointwise classes;
    private final Parameter scale;

    /** With {@code channels} at the image's size, twice as many at half of it. */
    public Refiner(int channels) {
        this.enter = child("enter", new Block(COLOURS + CLASSES, channels, 1));
        this.down = child("down", new Block(channels, 2 * channels, 2));
        this.deep = child("deep", new Block(2 * channels, 2 * channels, 1));
        this.leave = child("leave", new Block(3 * channels, channels, 1));
        this.classes = child("classes", new Pointwise(channels, CLASSES, 2));
        this.scale = parameter("scale", Shape.of(CLASSES), Init.constant(0));
    }

    /** The image (B, H, W, 3) and logits (B, H, W, 2) to better logits (B, H, W, 2). */
    public Var forward(Tape tape, Var image, Var logits) {
        return call(tape, () -> {
            Var fine = enter.forward(tape, List.of(image, logits));
            Var coarse = deep.forward(tape, List.of(down.forward(tape, List.of(fine))));
            Var up = Resize.bilinear(tape, coarse, image.dim(1), image.dim(2), true);
            Var change = classes.forward(tape, leave.forward(tape, List.of(fine, up)));
            return Binary.add(tape, logits, Binary.mul(tape, change, scale));
        });
    }
}
