package dev.swath.kernels.vector;

import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.kernels.Slice;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transforms of Winograd's F(m x m, 3x3) (Lavin, Gray 2016): a tile of m x m outputs takes (m + 2)^2 products where the
 * direct form takes 9 m^2. Vectors run along the channels. Each form has its own loops: shared ones that call the lines' transforms of
 * either were measured to take a fifth to a half of the larger form's speed.
 */
abstract class Winograd {
    /** Four times fewer products, and a result that is some ten times less exact: for inference. */
    static final WinogradF4 F4 = new WinogradF4();

    /** 2.25 times fewer products, about as exact as the direct form: for training. */
    static final WinogradF2 F2 = new WinogradF2();

    /** Weights of a kernel. */
    static final int TAPS = 9;

    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    /** Outputs along one side of a tile. */
    final int out;

    /** Inputs along one side of a tile. */
    final int side;

    /** Products a tile. */
    final int products;

    Winograd(int out) {
        this.out = out;
        side = out + 2;
        products = side * side;
    }

    /**
     * Between the products of a transformed weight with {@code n} outputs and {@code k} inputs, each laid out as {@link
     * PanelStorage} does: not a multiple of 4 KB, of which a cache keeps only a few, for one vector of each is written at a time.
     */
    static int weightStride(int n, int k) {
        return PanelStorage.size(n, k) + 16;
    }

    /**
     * Transforms one input tile of one map into V[products][tile][channel].
     *
     * @param v target; product q of this tile's channel c is at {@code at + q * productStride + c}
     * @param half scratch of a vector for each product
     * @param x map (B, H, W, channels)
     * @param top first row of the input tile, may lie outside
     * @param left first column of the input tile, may lie outside
     */
    abstract void input(
            float[] v,
            int at,
            int productStride,
            float[] half,
            Slice x,
            int channels,
            int b,
            int top,
            int left,
            Geometry g);

    /**
     * Turns some channels of M[products][tile][channel] of one tile into outputs and writes those inside the map, plus the bias.
     *
     * @param m source; product q of this tile's channel o is at {@code at + q * productStride + o - first}
     * @param half scratch of a vector for each product
     * @param bias padded to whole vectors
     * @param first of the channels
     * @param end behind the last of them
     */
    abstract void output(
            Slice y,
            float[] m,
            int at,
            int productStride,
            float[] half,
            float[] bias,
            int first,
            int end,
            int b,
            int top,
            int left,
            Geometry g);

    /** A vector of a cell's channels; zero outside of the map. */
    static FloatVector cell(float[] in, int at, boolean inside, VectorMask<Float> m) {
        return inside ? FloatVector.fromArray(S, in, at, m) : FloatVector.zero(S);
    }
}
