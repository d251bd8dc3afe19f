package dev.swath.fianet.model.dlsa;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Linear;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Softmax;
import dev.swath.fianet.model.parts.Words;
import dev.swath.nn.Conv2d;
import dev.swath.nn.Init;
import dev.swath.nn.Module;
import dev.swath.nn.ModuleException;
import dev.swath.nn.ModuleList;
import dev.swath.nn.Parameter;
import dev.swath.nn.Pointwise;
import dev.swath.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The layout of the present DLSA source: kernels of 1, 3, 5 and 7 cells; w = softmax over the four of W [x ; e] + b, where e is
 * the vector of [CLS], the only word that it takes.
 */
public final class OriginalMixingMap extends MixingMap {
    /** W [x ; e] + b, the two parts of the product apart, so that e is not repeated over the cells. */
    private static final class TokenWeights extends Module {
        private final Parameter weight;
        private final Parameter bias;
        private final int channels;

        TokenWeights(int channels, int text, int out) {
            this.channels = channels;
            this.weight = parameter("weight", Shape.of(out, channels + text), Init.truncatedNormal(0.02));
            this.bias = parameter("bias", Shape.of(out), Init.constant(0));
        }

        /** (B, H, W, C) and (B, 1, 1, D) to (B, H, W, out). */
        Var forward(Tape tape, Var x, Var e) {
            return call(tape, () -> {
                Var seen = Linear.apply(tape, x, Narrow.apply(tape, weight, 1, 0, channels), null);
                Var told = Linear.apply(tape, e, Narrow.apply(tape, weight, 1, channels, weight.dim(1)), bias);
                return Binary.add(tape, seen, told);
            });
        }
    }

    private final List<Conv2d> convs = new ArrayList<>();
    private final TokenWeights tokens;
    private final ModuleList<Pointwise> fusion;

    /** For maps of {@code channels} and words of {@code text}. */
    public OriginalMixingMap(int channels, int text) {
        for (int kernel = 1; kernel <= 7; kernel += 2) {
            convs.add(child("conv" + kernel, response(kernel)));
        }
        this.tokens = child("token_fc", new TokenWeights(channels, text, convs.size()));
        this.fusion = child("fusion_proj", fusion(convs.size()));
    }

    @Override
    public Var forward(Tape tape, Var x, Words words) {
        return call(tape, () -> {
            Var e = words.features();
            if (e.dim(1) != 1) {
                throw new ModuleException("[dlsa] a mixing map of the original layout takes [CLS] alone, not "
                        + e.dim(1) + " words; the legacy layout takes words");
            }
            Var sentence = Reshape.apply(tape, e, e.dim(0), 1, 1, e.dim(2));
            Var weights = Softmax.apply(tape, tokens.forward(tape, x, sentence));
            return raise(tape, x, weights, responses(tape, x, convs), fusion);
        });
    }
}
