package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
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
    private final List<DecoderLevel> levels = new ArrayList<>();
    private final Pointwise classes;

    /** For a coarsest map of {@code top} channels; each finer one has half as many. */
    public Decoder(int top) {
        int mid = top / 2;
        int y = top;
        for (int level = 4; level >= 2; level--) {
            int skip = top >> (5 - level);
            Conv2d conv1 = child("conv1_" + level, new Conv2d(y + skip, mid, 3, 1, 1, false));
            BatchNorm norm1 = child("bn1_" + level, new BatchNorm(mid));
            Conv2d conv2 = child("conv2_" + level, new Conv2d(mid, mid, 3, 1, 1, false));
            levels.add(new DecoderLevel(conv1, norm1, conv2::forward, child("bn2_" + level, new BatchNorm(mid))));
            y = mid;
        }
        this.classes = child("conv1_1", new Pointwise(mid, 2, 2));
    }

    @Override
    public Var forward(Tape tape, List<Var> maps, Sentence sentence) {
        return call(tape, () -> classes.forward(tape, DecoderLevel.up(tape, levels, maps)));
    }
}
