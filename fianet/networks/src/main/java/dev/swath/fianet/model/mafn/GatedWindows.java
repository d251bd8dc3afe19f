package dev.swath.fianet.model.mafn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Pad;
import dev.swath.autograd.ops.Permute;
import dev.swath.autograd.ops.Reshape;
import dev.swath.kernels.Activation;
import dev.swath.nn.LayerNorm;
import dev.swath.nn.Linear;
import dev.swath.nn.Module;

/**
 * A gated MLP over the cells of each window ({@code WinGmlpLayer}): the map is padded with zeros to whole windows of M x M cells, which take
 * part; in each window, t of (M^2, C), [u ; v] = GELU(W LN(t) + b), the result is t + W'(u (1 + s)) + b' with s = D LN(v) + d
 * over the cells, D of (M^2, M^2).
 */
final class GatedWindows extends Module {
    /** {@code SpatialGatingUnit}. */
    private static final class Gate extends Module {
        private final Linear cells;
        private final LayerNorm norm;

        Gate(int channels, int cells) {
            this.cells = child("Dense_0", new Linear(cells, cells, true));
            this.norm = child("LayerNorm", new LayerNorm(channels, 1e-5));
        }

        /** u and v (n, M^2, C) to u (1 + s). */
        Var forward(Tape tape, Var u, Var v) {
            return call(tape, () -> {
                Var byChannel = Permute.apply(tape, norm.forward(tape, v), 0, 2, 1);
                Var s = Permute.apply(tape, cells.forward(tape, byChannel), 0, 2, 1);
                return Binary.add(tape, u, Binary.mul(tape, u, s));
            });
        }
    }

    private final LayerNorm norm;
    private final Linear enter;
    private final Gate gate;
    private final Linear leave;
    private final int side;
    private final int channels;

    /** For windows of {@code side} x {@code side} cells. */
    GatedWindows(int channels, int side) {
        this.side = side;
        this.channels = channels;
        this.norm = child("LayerNorm", new LayerNorm(channels, 1e-5));
        this.enter = child("in_project", new Linear(channels, 2 * channels, true));
        this.gate = child("SpatialGatingUnit", new Gate(channels, side * side));
        this.leave = child("out_project", new Linear(channels, channels, true));
    }

    /** (B, H, W, C) to (B, H, W, C). */
    Var forward(Tape tape, Var x) {
        return call(tape, () -> {
            int batch = x.dim(0);
            int down = Math.ceilDiv(x.dim(1), side);
            int across = Math.ceilDiv(x.dim(2), side);
            Var padded = Pad.apply(tape, x, down * side - x.dim(1), across * side - x.dim(2));
            Var cut = Permute.apply(
                    tape, Reshape.apply(tape, padded, batch, down, side, across, side, channels), 0, 1, 3, 2, 4, 5);
            Var t = Reshape.apply(tape, cut, batch * down * across, side * side, channels);
            Var y = Reshape.apply(tape, window(tape, t), batch, down, across, side, side, channels);
            Var whole = Reshape.apply(
                    tape, Permute.apply(tape, y, 0, 1, 3, 2, 4, 5), batch, down * side, across * side, channels);
            return Narrow.apply(tape, Narrow.apply(tape, whole, 1, 0, x.dim(1)), 2, 0, x.dim(2));
        });
    }

    private Var window(Tape tape, Var t) {
        return tape.scope("", () -> {
            Var both = enter.forward(tape, norm.forward(tape, t), Activation.GELU, null);
            Var u = Narrow.apply(tape, both, 2, 0, channels);
            Var v = Narrow.apply(tape, both, 2, channels, 2 * channels);
            return leave.forward(tape, gate.forward(tape, u, v), Activation.IDENTITY, t);
        });
    }
}
