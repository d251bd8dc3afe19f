package dev.swath.fianet.model.mafn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Softmax;
import dev.swath.kernels.Activation;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;
import java.util.ArrayList;
import java.util.List;

/**
 * Gated MLPs in windows of 3, 5 and 7 cells, weighted for each image and channel ({@code mlpLayer}): with n = LN(x) and results W_k(n),
 * the weights are the softmax over k of an MLP of the mean over the cells of their sum; out = x + W (sum of weight W_k(n)) + b.
 */
final class WindowMixer extends Module {
    private static final int[] SIDES = {3, 5, 7};

    /** C to C/4, GELU, to 3C: number 3c + k is that of channel c and window k. */
    private static final class Reweight extends Module {
        private final Linear first;
        private final Linear second;

        Reweight(int channels) {
            this.first = child("fc1", new Linear(channels, channels / 4, true));
            this.second = child("fc2", new Linear(channels / 4, SIDES.length * channels, true));
        }

        /** (B, C) to weights (B, C, 3). */
        Var forward(Tape tape, Var x) {
            return call(tape, () -> {
                Var y = second.forward(tape, first.forward(tape, x, Activation.GELU, null));
                return Softmax.apply(tape, Reshape.apply(tape, y, x.dim(0), x.dim(1), SIDES.length));
            });
        }
    }

    private final LayerNorm norm;
    private final List<GatedWindows> windows = new ArrayList<>();
    private final Reweight reweight;
    private final Linear output;

    WindowMixer(int channels) {
        this.norm = child("LayerNorm", new LayerNorm(channels, 1e-5));
        for (int i = 0; i < SIDES.length; i++) {
            windows.add(child("WinGmlpLayer_" + (i + 1), new GatedWindows(channels, SIDES[i])));
        }
        this.reweight = child("reweight", new Reweight(channels));
        this.output = child("out_project", new Linear(channels, channels, true));
    }

    /** (B, H, W, C) to (B, H, W, C). */
    Var forward(Tape tape, Var x) {
        return call(tape, () -> {
            Var normed = norm.forward(tape, x);
            List<Var> results =
                    windows.stream().map(w -> w.forward(tape, normed)).toList();
            Var weights = weights(tape, results);
            Var sum = tape.scope("", () -> {
                Var total = weighted(tape, results.getFirst(), weights, 0);
                for (int k = 1; k < results.size(); k++) {
                    total = Binary.add(tape, total, weighted(tape, results.get(k), weights, k));
                }
                return total;
            });
            return output.forward(tape, sum, Activation.IDENTITY, x);
        });
    }

    private Var weights(Tape tape, List<Var> results) {
        return tape.scope("", () -> {
            Var sum = results.getFirst();
            for (Var r : results.subList(1, results.size())) {
                sum = Binary.add(tape, sum, r);
            }
            Var cells = Reshape.apply(tape, sum, sum.dim(0), sum.dim(1) * sum.dim(2), sum.dim(3));
            return reweight.forward(tape, Reduce.mean(tape, cells, 1, false));
        });
    }

    private static Var weighted(Tape tape, Var result, Var weights, int k) {
        Var w = Reshape.apply(tape, Narrow.apply(tape, weights, 2, k, k + 1), weights.dim(0), 1, 1, weights.dim(1));
        return Binary.mul(tape, result, w);
    }
}
