package dev.swath.fianet.model.mafn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.model.parts.DecoderLevel;
import dev.swath.fianet.model.parts.MaskDecoder;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Pointwise;
import java.util.ArrayList;
import java.util.List;

/**
 * From the coarsest map up: resize to the next finer one, concatenate, 3x3 convolution, batch norm and ReLU, and a {@link ScaleBlock};
 * finally a 1x1 convolution to the two classes.
 */
final class ScaleDecoder extends MaskDecoder {
    private record Level(ScaleBlock scales, Conv2d conv, BatchNorm norm) {}

    private final List<Level> levels = new ArrayList<>();
    private final Pointwise classes;

    /** With unset parameters. */
    ScaleDecoder(MafnConfig config) {
        int top = config.trunk().vision().width(3);
        int mid = top / 2;
        for (int level = 4; level >= 2; level--) {
            int coarse = level == 4 ? top : mid;
            levels.add(new Level(
                    child("mscb" + level, new ScaleBlock(mid, config.kernels(), config.routerDropout())),
                    child("conv1_" + level, new Conv2d(coarse + (top >> (5 - level)), mid, 3, 1, 1, false)),
                    child("bn1_" + level, new BatchNorm(mid))));
        }
        this.classes = child("conv1_1", new Pointwise(mid, 2, 2));
    }

    @Override
    public Var forward(Tape tape, List<Var> maps, Sentence sentence) {
        return call(tape, () -> {
            Var y = maps.get(3);
            for (int i = 0; i < levels.size(); i++) {
                Level level = levels.get(i);
                Var skip = maps.get(2 - i);
                Var coarse = y;
                y = tape.scope(
                        "",
                        () -> level.scales.forward(
                                tape, DecoderLevel.enter(tape, coarse, skip, level.conv, level.norm)));
            }
            return classes.forward(tape, y);
        });
    }
}
