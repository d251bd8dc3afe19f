package dev.swath.fianet.model.mafn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.Narrow;
import dev.swath.autograd.ops.Pad;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Roll;

/** How well two maps agree around each cell: nine numbers, one for each neighbour, of which the cell itself is one. */
final class Correlation {
    private Correlation() {}

    /**
     * z[y,x,3i+j] = mean over the channels of a[y,x] b[y+i-1,x+j-1], b being zero outside of the grid.
     *
     * @param a (B, H, W, C)
     * @param b (B, H, W, C)
     * @return (B, H, W, 9)
     */
    static Var apply(Tape tape, Var a, Var b) {
        return tape.scope("", () -> {
            int height = a.dim(1);
            int width = a.dim(2);
            // Two zero rows and columns at the end, one of which is rolled to the front.
            Var framed = Roll.apply(tape, Pad.apply(tape, b, 2, 2), 1, 1);
            Var[] maps = new Var[9];
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 3; j++) {
                    Var moved = Narrow.apply(tape, Narrow.apply(tape, framed, 1, i, i + height), 2, j, j + width);
                    maps[3 * i + j] = tape.scope("", () -> Reduce.mean(tape, Binary.mul(tape, a, moved), 3, true));
                }
            }
            return Concat.apply(tape, 3, maps);
        });
    }
}
