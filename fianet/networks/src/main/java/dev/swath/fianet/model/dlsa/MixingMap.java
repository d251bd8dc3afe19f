package dev.swath.fianet.model.dlsa;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.Reduce;
import dev.swath.fianet.model.parts.Words;
import dev.swath.kernels.Activation;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleList;
import dev.swath.nn.Pointwise;
import java.util.List;

/**
 * One number a cell by which a map is raised, x (1 + g): the channels' mean is convolved by several kernels of growing size,
 * the answers c_k are weighted at each cell by the words, w_k, and g = sigmoid(W (w c) + b). The published files know two ways to
 * the weights: {@link OriginalMixingMap} and {@link LegacyMixingMap}.
 */
public abstract sealed class MixingMap extends Module permits OriginalMixingMap, LegacyMixingMap {
    MixingMap() {}

    /** The map (B, H, W, C) and the words that steer it to (B, H, W, C). */
    public abstract Var forward(Tape tape, Var x, Words words);

    /** A convolution of a map of one channel, whose size stays. */
    static Conv2d response(int kernel) {
        return new Conv2d(1, 1, kernel, 1, kernel / 2, true);
    }

    /** {@code fusion_proj}: from K weighted answers to one number. */
    static ModuleList<Pointwise> fusion(int kernels) {
        return new ModuleList<Pointwise>().add(new Pointwise(kernels, 1, 2));
    }

    /** (B, H, W, C) to the answers of the convolutions to the channels' mean, (B, H, W, K). */
    static Var responses(Tape tape, Var x, List<Conv2d> convs) {
        return tape.scope("", () -> {
            Var mean = Reduce.mean(tape, x, 3, true);
            return Concat.apply(
                    tape, 3, convs.stream().map(c -> c.forward(tape, mean)).toArray(Var[]::new));
        });
    }

    /** x (1 + sigmoid(fusion(weights answers))), from weights and answers (B, H, W, K). */
    static Var raise(Tape tape, Var x, Var weights, Var answers, ModuleList<Pointwise> fusion) {
        Var weighted = Binary.mul(tape, weights, answers);
        Var g = tape.scope(fusion.name(), () -> fusion.get(0).forward(tape, weighted, Activation.SIGMOID, null));
        return Binary.add(tape, x, Binary.mul(tape, x, g));
    }
}
