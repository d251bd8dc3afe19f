package dev.swath.fianet.model.rmsin;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.model.parts.DecoderLevel;
import dev.swath.fianet.model.parts.MaskDecoder;
import dev.swath.fianet.model.parts.RotatedConv2d;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Pointwise;
import java.util.ArrayList;
import java.util.List;

/** The family's decoder with a convolution that turns with the image in the second place of each level. */
final class RotatedDecoder extends MaskDecoder {
    private final List<DecoderLevel> levels = new ArrayList<>();
    private final Pointwise classes;

    /** For a coarsest map of {@code top} channels; each finer one has half as many. */
    RotatedDecoder(int top, double routerDropout) {
        int mid = top / 2;
        int y = top;
        for (int level = 4; level >= 2; level--) {
            int skip = top >> (5 - level);
            Conv2d conv1 = child("conv1_" + level, new Conv2d(y + skip, mid, 3, 1, 1, false));
            RotatedConv2d conv2 = child("conv2_" + level, new RotatedConv2d(mid, routerDropout));
            BatchNorm norm1 = child("bn1_" + level, new BatchNorm(mid));
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
