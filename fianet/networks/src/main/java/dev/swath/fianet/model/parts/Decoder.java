package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Resize;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Pointwise;
import java.util.ArrayList;
import java.util.List;

/**
 * From the coarsest map up: resize to the next finer one (corners aligned), concatenate, two 3x3 convolutions with batch
 * norm and ReLU; finally a 1x1 convolution to the two classes.
 */
public final class Decoder extends MaskDecoder {
    private record Level(Conv2d conv1, BatchNorm norm1, Conv2d conv2, BatchNorm norm2) {
        /** Convolution, batch norm, ReLU; each intermediate map is given back as soon as the next one stands. */
        static Var block(Tape tape, Conv2d conv, BatchNorm norm, List<Var> maps) {
            return tape.scope("", () -> {
                Var normed = tape.scope("", () -> norm.forward(tape, conv.forward(tape, maps, Activation.IDENTITY)));
                return Unary.relu(tape, normed);
            });
        }

        Var forward(Tape tape, List<Var> maps) {
            return tape.scope("", () -> block(tape, conv2, norm2, List.of(block(tape, conv1, norm1, maps))));
        }

        /** The coarser map at the finer one's size, both together, through the level. */
        Var up(Tape tape, Var coarse, Var skip) {
            return tape.scope("", () -> {
                boolean smaller = coarse.dim(1) < skip.dim(1) || coarse.dim(2) < skip.dim(2);
                Var y = smaller ? Resize.bilinear(tape, coarse, skip.dim(1), skip.dim(2), true) : coarse;
                return forward(tape, List.of(y, skip));
            });
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

    @Override
    public Var forward(Tape tape, List<Var> maps, Sentence sentence) {
        return call(tape, () -> {
            Var y = maps.get(3);
            for (int i = 0; i < 3; i++) {
                y = levels.get(i).up(tape, y, maps.get(2 - i));
            }
            return classes.forward(tape, y);
        });
    }
}
