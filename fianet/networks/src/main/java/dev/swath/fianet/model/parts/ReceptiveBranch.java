package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Unary;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Module;

/**
 * Every cell times one weight that it gets from its surroundings (RMSIN's intra-scale branch, {@code visual_residual}): with m the
 * mean over the channels, half(t) = bn(1x1(t)) + bn2(3x3(bn1(1x1(t)))) + bn(t), all on one channel, the weight is
 * sigmoid(half'(ReLU(half(m)))). Batch norm stands before the 3x3 convolution's padding, which so is 0 after the norm.
 */
public final class ReceptiveBranch extends Module {
    private static final class One extends Module {
        private final Conv2d conv;
        private final BatchNorm norm;

        One() {
            this.conv = child("conv", new Conv2d(1, 1, 1, 1, 0, false));
            this.norm = child("bn", new BatchNorm(1));
        }

        Var forward(Tape tape, Var x) {
            return call(tape, () -> norm.forward(tape, conv.forward(tape, x)));
        }
    }

    private static final class Three extends Module {
        private final Conv2d conv1;
        private final BatchNorm norm1;
        private final Conv2d conv2;
        private final BatchNorm norm2;

        Three() {
            this.conv1 = child("conv1", new Conv2d(1, 1, 1, 1, 0, false));
            this.norm1 = child("bn1", new BatchNorm(1));
            this.conv2 = child("conv2", new Conv2d(1, 1, 3, 1, 1, false));
            this.norm2 = child("bn2", new BatchNorm(1));
        }

        Var forward(Tape tape, Var x) {
            return call(tape, () -> {
                Var y = norm1.forward(tape, conv1.forward(tape, x));
                return norm2.forward(tape, conv2.forward(tape, y));
            });
        }
    }

    /** The three ways of one half. */
    private record Half(Three three, One one, BatchNorm identity) {
        Var forward(Tape tape, Var x) {
            return tape.scope(
                    "",
                    () -> Binary.add(
                            tape,
                            Binary.add(tape, one.forward(tape, x), three.forward(tape, x)),
                            identity.forward(tape, x)));
        }
    }

    /** The weight, which stands under {@code repblock}. */
    public static final class Block extends Module {
        private final Half first;
        private final Half second;

        /** For maps of any number of channels. */
        public Block() {
            this.first = half("");
            this.second = half("_2");
        }

        private Half half(String suffix) {
            return new Half(
                    child("brb_3x3" + suffix, new Three()),
                    child("brb_1x1" + suffix, new One()),
                    child("brb_identity" + suffix, new BatchNorm(1)));
        }

        /** (B, H, W, C) to a weight for each cell, (B, H, W, 1). */
        public Var forward(Tape tape, Var x) {
            return call(tape, () -> {
                Var y = Unary.relu(tape, first.forward(tape, Reduce.mean(tape, x, 3, true)));
                return Unary.sigmoid(tape, second.forward(tape, y));
            });
        }
    }

    private final Block block;

    /** For maps of any number of channels. */
    public ReceptiveBranch() {
        this.block = child("repblock", new Block());
    }

    /** (B, H, W, C) to (B, H, W, C). */
    public Var forward(Tape tape, Var x) {
        return call(tape, () -> Binary.mul(tape, x, block.forward(tape, x)));
    }
}
