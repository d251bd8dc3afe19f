package dev.swath.kernels.vector;

import dev.swath.kernels.Execution;
import dev.swath.kernels.PatchMergeKernel;
import dev.swath.kernels.Slice;
import java.util.Arrays;

/** {@code patch_merge}: block copies of C channels; a task is one row of the merged map. */
final class VectorPatchMerge implements PatchMergeKernel {
    @Override
    public void forward(Slice y, Slice x, int batch, int height, int width, int channels, Execution on) {
        each(batch, height, width, channels, on, (merged, original) -> {
            int to = y.offset() + merged;
            if (original < 0) {
                Arrays.fill(y.floats(), to, to + channels, 0f);
            } else {
                System.arraycopy(x.floats(), x.offset() + original, y.floats(), to, channels);
            }
        });
    }

    @Override
    public void backward(Slice dx, Slice dy, int batch, int height, int width, int channels, Execution on) {
        each(batch, height, width, channels, on, (merged, original) -> {
            if (original >= 0) {
                System.arraycopy(dy.floats(), dy.offset() + merged, dx.floats(), dx.offset() + original, channels);
            }
        });
    }

    private interface Pair {
        /** Where C channels begin in the merged map, and in the original one or -1 in the padding. */
        void accept(int merged, int original);
    }

    private static void each(int batch, int height, int width, int channels, Execution on, Pair pair) {
        int rows = Math.ceilDiv(height, 2);
        int columns = Math.ceilDiv(width, 2);
        on.forEach(batch * rows, row -> {
            int b = row / rows;
            for (int ox = 0; ox < columns; ox++) {
                for (int part = 0; part < 4; part++) {
                    int iy = row % rows * 2 + part % 2;
                    int ix = ox * 2 + part / 2;
                    boolean inside = iy < height && ix < width;
                    pair.accept(
                            ((row * columns + ox) * 4 + part) * channels,
                            inside ? ((b * height + iy) * width + ix) * channels : -1);
                }
            }
        });
    }
}
