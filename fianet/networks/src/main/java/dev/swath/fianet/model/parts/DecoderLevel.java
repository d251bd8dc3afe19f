package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Resize;
import dev.swath.kernels.Activation;
import dev.swath.nn.BatchNorm;
import dev.swath.nn.Conv2d;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * One level of a decoder: two convolutions with batch norm and ReLU on the coarser map and the finer one together. It is not a
 * module: its parts stand directly under the decoder, in that one's order.
 *
 * @param conv1 over both maps
 * @param norm1 behind it
 * @param conv2 the second convolution
 * @param norm2 behind it
 */
public record DecoderLevel(Conv2d conv1, BatchNorm norm1, BiFunction<Tape, Var, Var> conv2, BatchNorm norm2) {
    /** The coarsest of the maps, which stand finest first, up through the levels to the size of the finest. */
    public static Var up(Tape tape, List<DecoderLevel> levels, List<Var> maps) {
        Var y = maps.getLast();
        for (int i = 0; i < levels.size(); i++) {
            y = levels.get(i).up(tape, y, maps.get(levels.size() - 1 - i));
        }
        return y;
    }

    /** The coarser map at the finer one's size (corners aligned), both together, through the level. */
    public Var up(Tape tape, Var coarse, Var skip) {
        return tape.scope("", () -> {
            Var first = enter(tape, coarse, skip, conv1, norm1);
            return block(tape, () -> conv2.apply(tape, first), norm2);
        });
    }

    /** The first half of a level: the coarser map at the finer one's size, both together, through a convolution, batch norm and ReLU. */
    public static Var enter(Tape tape, Var coarse, Var skip, Conv2d conv, BatchNorm norm) {
        return tape.scope("", () -> {
            boolean smaller = coarse.dim(1) < skip.dim(1) || coarse.dim(2) < skip.dim(2);
            Var y = smaller ? Resize.bilinear(tape, coarse, skip.dim(1), skip.dim(2), true) : coarse;
            return block(tape, () -> conv.forward(tape, List.of(y, skip), Activation.IDENTITY), norm);
        });
    }

    /** Convolution, batch norm, ReLU; each intermediate map is given back as soon as the next one stands. */
    private static Var block(Tape tape, Supplier<Var> conv, BatchNorm norm) {
        return tape.scope("", () -> norm.forward(tape, conv.get(), Activation.RELU));
    }
}
