package dev.swath.fianet.model.dlsa;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.nn.Init;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import java.util.ArrayList;
import java.util.List;

/**
 * How much of the words an image takes, one number in (0, 1): sigmoid(W2 GELU(W0 [avg ; j ; avg j])), where avg is the mean of the
 * cells and j a projection of the mean word; with uncertainty [avg ; max ; deviation ; j ; avg j], over the cells of the image. It
 * is no module: its parts stand directly under the text block in the published names.
 *
 * @param language to j
 * @param net the two layers
 * @param uncertainty whether maximum and deviation take part
 */
record InjectionGate(Linear language, Net net, boolean uncertainty) {
    /** Added under the square root of a variance, so that equal cells have a gradient. */
    private static final double TINY = 1e-24;

    /** What the published scripts begin with. */
    private static final double FIRST_DEVIATION = 0.001;

    private static final double FIRST_BIAS = -1;

    /** Linear, GELU, Linear, sigmoid; the published names are 0 and 2. */
    static final class Net extends Module {
        private final Linear first;
        private final Linear second;

        Net(int channels, TextBlockSettings settings) {
            int hidden = Math.max(channels / 4, 32);
            this.first = child("0", linear((settings.uncertainty() ? 5 : 3) * channels, hidden));
            this.second = child("2", new Linear(hidden, 1, Init.normal(FIRST_DEVIATION), Init.constant(FIRST_BIAS)));
        }

        Var forward(Tape tape, Var x) {
            return call(
                    tape,
                    () -> second.forward(
                            tape, first.forward(tape, x, Activation.GELU, null), Activation.SIGMOID, null));
        }
    }

    /** A linear layer of the decoder: weight and bias uniform in +-1/sqrt(in). */
    static Linear linear(int in, int out) {
        return new Linear(in, out, Init.uniform(in), Init.uniform(in));
    }

    /** (B, H, W, C) and the mean word (B, D) to (B, 1, 1, 1). */
    Var forward(Tape tape, Var x, Var sentence) {
        return tape.scope("", () -> {
            int batch = x.dim(0);
            int cells = x.dim(1) * x.dim(2);
            Var all = Reshape.apply(tape, x, batch, cells, x.dim(3));
            Var mean = Reduce.mean(tape, all, 1, true);
            Var average = Reshape.apply(tape, mean, batch, x.dim(3));
            Var j = language.forward(tape, sentence);
            List<Var> seen = new ArrayList<>(List.of(average));
            if (uncertainty) {
                seen.add(Reduce.max(tape, all, 1, false));
                seen.add(deviation(tape, Binary.sub(tape, all, mean)));
            }
            seen.add(j);
            seen.add(Binary.mul(tape, average, j));
            Var a = net.forward(tape, Concat.apply(tape, 1, seen.toArray(Var[]::new)));
            return Reshape.apply(tape, a, batch, 1, 1, 1);
        });
    }

    /** The unbiased deviation over the cells, from their distances to the mean; 0 for a single cell. */
    private static Var deviation(Tape tape, Var distances) {
        int cells = distances.dim(1);
        Var sum = Reduce.sum(tape, Binary.mul(tape, distances, distances), 1, false);
        Var variance = Binary.mul(tape, sum, tape.number(sum.dtype(), 1.0 / Math.max(1, cells - 1)));
        return Unary.apply(tape, Binary.add(tape, variance, tape.number(sum.dtype(), TINY)), Activation.SQRT);
    }
}
