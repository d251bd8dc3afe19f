package dev.swath.fianet.model;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Resize;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Module;
import dev.swath.nn.Pointwise;
import java.util.ArrayList;
import java.util.List;

/**
 * From the coarsest map up: resize to the next finer one (corners aligned), concatenate, two 3x3 convolutions with batch
 * norm and ReLU; finally a 1x1 convolution to the two classes.
 */
public final class Decoder extends Module {
    private record Level(Conv2d conv1, BatchNorm norm1, Conv2d conv2, BatchNorm norm2) {
        /** Convolution, batch norm, ReLU; each intermediate map is given back as soon as the next one stands. */
        static Var block(Tape tape, Conv2d conv, BatchNorm norm, List<Var> maps) {
            try (Tape.Scope outer = tape.enter("")) {
                Var normed;
                try (Tape.Scope inner = tape.enter("")) {
                    normed = inner.keep(norm.forward(tape, conv.forward(tape, maps, Activation.IDENTITY)));
                }
                return outer.keep(Unary.relu(tape, normed));
            }
        }

        Var forward(Tape tape, List<Var> maps) {
            try (Tape.Scope scope = tape.enter("")) {
                return scope.keep(block(tape, conv2, norm2, List.of(block(tape, conv1, norm1, maps))));
            }
        }
    }

    private final List<Level> levels = new ArrayList<>();
    private final Pointwise classes;

    /** For a coarsest map of {@code top} channels; each finer one has half as many. */
    public Decoder(int top) {
        int mid = top / 2;
        int y = top;
        for (int level = 4; level >= 2; level--) {
            int skip = top >> (5 - level);
            levels.add(new Level(
                    child("conv1_" + level, new Conv2d(y + skip, mid, 3, 1, 1, false)),
                    child("bn1_" + level, new BatchNorm(mid)),
                    child("conv2_" + level, new Conv2d(mid, mid, 3, 1, 1, false)),
                    child("bn2_" + level, new BatchNorm(mid))));
            y = mid;
        }
        this.classes = child("conv1_1", new Pointwise(mid, 2, 2));
    }

    /** Four maps, finest first, to logits (B, H, W, 2) at the finest map's size. */
    public Var forward(Tape tape, List<Var> maps) {
        try (Call call = enter(tape)) {
            Var y = maps.get(3);
            for (int i = 0; i < 3; i++) {
                try (Tape.Scope scope = tape.enter("")) {
                    Level level = levels.get(i);
                    Var skip = maps.get(2 - i);
                    if (y.dim(1) < skip.dim(1) || y.dim(2) < skip.dim(2)) {
                        y = Resize.bilinear(tape, y, skip.dim(1), skip.dim(2), true);
                    }
                    y = scope.keep(level.forward(tape, List.of(y, skip)));
                }
            }
            return call.returns(classes.forward(tape, y));
        }
    }
}
