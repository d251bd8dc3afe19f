package dev.swath.autograd.ops;

import dev.swath.kernels.WindowAttentionKernel.Geometry;
import dev.swath.tensor.Tensor;

/**
 * The constants of attention in shifted windows, written out: what {@link WindowAttention#composed} adds and
 * multiplies.
 */
final class WindowLayout {
    private WindowLayout() {}

    /** (1, paddedHeight, paddedWidth, 1): 1 where a cell lies outside of the grid, else 0. */
    static Tensor outside(Geometry g) {
        Tensor ones = Tensor.zeros(1, g.down() * g.window(), g.across() * g.window(), 1);
        for (int row = 0; row < ones.dim(1); row++) {
            for (int column = 0; column < ones.dim(2); column++) {
                ones.set(row < g.height() && column < g.width() ? 0 : 1, 0, row, column, 0);
            }
        }
        return ones;
    }

    /** (windows, 1, M^2, M^2): {@link Geometry#MASKED} between cells of different regions, else 0. */
    static Tensor mask(Geometry g) {
        Tensor mask = Tensor.zeros(g.windows(), 1, g.cells(), g.cells());
        for (int w = 0; w < g.windows(); w++) {
            for (int q = 0; q < g.cells(); q++) {
                for (int k = 0; k < g.cells(); k++) {
                    mask.set(g.region(w, q) == g.region(w, k) ? 0 : Geometry.MASKED, w, 0, q, k);
                }
            }
        }
        return mask;
    }
}
