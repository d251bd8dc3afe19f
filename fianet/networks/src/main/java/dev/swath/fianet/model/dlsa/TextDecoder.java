package dev.swath.fianet.model.dlsa;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.fianet.model.parts.DecoderLevel;
import dev.swath.fianet.model.parts.MaskDecoder;
import dev.swath.fianet.model.parts.RotatedConv2d;
import dev.swath.fianet.model.parts.Sentence;
import dev.swath.fianet.model.parts.Words;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Pointwise;
import java.util.ArrayList;
import java.util.List;

/**
 * RMSIN's decoder with words in it: from the coarsest map up, resize to the next finer one, concatenate, 3x3 convolution, batch norm and
 * ReLU, a text block and a mixing map if they are on, rotated 3x3 convolution, batch norm and ReLU; finally a 1x1 convolution to
 * the two classes. A text block and a mixing map may also stand on the coarsest map.
 */
public final class TextDecoder extends MaskDecoder {
    private static final int PLACES = 4;

    private record Level(Conv2d conv1, RotatedConv2d conv2, BatchNorm norm1, BatchNorm norm2) {}

    private final DecoderSettings settings;
    private final List<Level> levels = new ArrayList<>();
    private final List<MixingMap> mixing = new ArrayList<>();
    private final List<TextBlock> blocks = new ArrayList<>();
    private final Pointwise classes;

    /** With unset parameters. */
    TextDecoder(DlsaConfig config) {
        this.settings = config.decoder();
        int top = config.trunk().vision().width(3);
        int text = config.trunk().text().hidden();
        int mid = top / 2;
        for (int level = 4; level >= 2; level--) {
            int coarse = level == 4 ? top : mid;
            levels.add(new Level(
                    child("conv1_" + level, new Conv2d(coarse + (top >> (5 - level)), mid, 3, 1, 1, false)),
                    child("conv2_" + level, new RotatedConv2d(mid, config.routerDropout())),
                    child("bn1_" + level, new BatchNorm(mid)),
                    child("bn2_" + level, new BatchNorm(mid))));
        }
        child("sg_amc", config.mixing().create(top, text)); // in every published file, used by nothing
        for (int place = PLACES; place >= 1; place--) {
            mixing.add(child("sg_amc" + place, config.mixing().create(place == PLACES ? top : mid, text)));
        }
        for (int place = PLACES; place >= 1; place--) {
            blocks.add(child("tg" + place, new TextBlock(place == PLACES ? top : mid, text, settings.block())));
        }
        this.classes = child("conv1_1", new Pointwise(mid, 2, 2));
    }

    @Override
    public Var forward(Tape tape, List<Var> maps, Sentence sentence) {
        return call(tape, () -> {
            Var y = told(tape, PLACES, maps.get(3), sentence.words());
            for (int i = 0; i < levels.size(); i++) {
                Level level = levels.get(i);
                int place = PLACES - 1 - i;
                y = new DecoderLevel(
                                level.conv1,
                                level.norm1,
                                (t, x) -> level.conv2.forward(t, told(t, place, x, sentence.words())),
                                level.norm2)
                        .up(tape, y, maps.get(2 - i));
            }
            return classes.forward(tape, y);
        });
    }

    /** What the words make of a map at that place. */
    private Var told(Tape tape, int place, Var x, Words words) {
        Var y = settings.stages().at(place) ? blocks.get(PLACES - place).forward(tape, x, words) : x;
        return settings.mixing() ? mixing.get(PLACES - place).forward(tape, y, words) : y;
    }
}
