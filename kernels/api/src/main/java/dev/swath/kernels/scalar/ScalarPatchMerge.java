package dev.swath.kernels.scalar;

import dev.swath.kernels.Execution;
import dev.swath.kernels.PatchMergeKernel;
import dev.swath.kernels.Slice;

/** {@code patch_merge}, the truth. */
final class ScalarPatchMerge implements PatchMergeKernel {
    @Override
    public void forward(Slice y, Slice x, int batch, int height, int width, int channels, Execution on) {
        each(batch, height, width, channels, (big, small) -> y.set(big, small < 0 ? 0 : x.get(small)));
    }

    @Override
    public void backward(Slice dx, Slice dy, int batch, int height, int width, int channels, Execution on) {
        each(batch, height, width, channels, (big, small) -> {
            if (small >= 0) {
                dx.set(small, dy.get(big));
            }
        });
    }

    private interface Pair {
        /** Index in the merged map, and in the original one or -1 in the padding. */
        void accept(int merged, int original);
    }

    private static void each(int batch, int height, int width, int channels, Pair pair) {
        int rows = Math.ceilDiv(height, 2);
        int columns = Math.ceilDiv(width, 2);
        for (int cell = 0; cell < batch * rows * columns; cell++) {
            int b = cell / (rows * columns);
            for (int part = 0; part < 4; part++) {
                int iy = cell / columns % rows * 2 + part % 2;
                int ix = cell % columns * 2 + part / 2;
                boolean inside = iy < height && ix < width;
                for (int c = 0; c < channels; c++) {
                    pair.accept(
                            (cell * 4 + part) * channels + c,
                            inside ? ((b * height + iy) * width + ix) * channels + c : -1);
                }
            }
        }
    }
}
