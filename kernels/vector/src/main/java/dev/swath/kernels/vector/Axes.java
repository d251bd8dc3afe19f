package dev.swath.kernels.vector;

import java.util.Arrays;

/**
 * A walk over strided operands: axes of extent 1 are dropped and neighbouring axes that are one run for every operand are
 * merged, so that the innermost axis is as long as it can be.
 */
final class Axes {
    /** Extents of all axes but the innermost. */
    final int[] outer;

    /** Extent of the innermost axis. */
    final int inner;

    /** Number of runs along the innermost axis. */
    final int runs;

    private final long[][] strides;

    /** Of the axes {@code dims}; {@code strides[o]} are operand o's. */
    Axes(int[] dims, long[]... strides) {
        int operands = strides.length;
        int[] extent = new int[dims.length + 1];
        long[][] step = new long[operands][dims.length + 1];
        int rank = 0;
        for (int axis = 0; axis < dims.length; axis++) {
            if (dims[axis] == 1) {
                continue;
            }
            boolean merge = rank > 0;
            for (int o = 0; merge && o < operands; o++) {
                merge = step[o][rank - 1] == strides[o][axis] * dims[axis];
            }
            int at = merge ? rank - 1 : rank++;
            extent[at] = merge ? extent[at] * dims[axis] : dims[axis];
            for (int o = 0; o < operands; o++) {
                step[o][at] = strides[o][axis];
            }
        }
        if (rank == 0) { // one element
            extent[rank++] = 1;
        }
        inner = extent[rank - 1];
        outer = Arrays.copyOf(extent, rank - 1);
        this.strides = step;
        int count = 1;
        for (int n : outer) {
            count *= n;
        }
        runs = inner == 0 ? 0 : count;
    }

    /** Operand o's step along the innermost axis. */
    int innerStride(int o) {
        return Math.toIntExact(strides[o][outer.length]);
    }

    /** Where run number {@code run} of operand o begins. */
    int start(int o, int run) {
        long at = 0;
        for (int axis = outer.length - 1; axis >= 0; axis--) {
            at += run % outer[axis] * strides[o][axis];
            run /= outer[axis];
        }
        return Math.toIntExact(at);
    }
}
