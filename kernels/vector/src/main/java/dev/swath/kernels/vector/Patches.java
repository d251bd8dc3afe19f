package dev.swath.kernels.vector;

import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.kernels.Slice;
import java.util.Arrays;

/**
 * What lies under each output cell of a convolution, as a row (ky, kx, channel): the matrix of im2col, of which products
 * copy the part at hand straight into their own order, so that it is never in memory as a whole.
 *
 * @param x the maps
 * @param g their sizes
 */
record Patches(Input x, Geometry g) implements Strips.Source, PanelStorage.Source {
    /**
     * Maps that count as concatenated along the channels.
     *
     * @param maps the first channel of each
     * @param channels how many channels of each
     * @param steps distance between the cells of each
     */
    record Input(Slice[] maps, int[] channels, int[] steps) {
        /** The channels of one group of a whole map. */
        static Input group(Slice x, int group, Geometry g) {
            return part(x, group * g.groupIn(), g.groupIn(), g.in());
        }

        /** Some neighbouring channels of a map. */
        static Input part(Slice x, int first, int channels, int step) {
            return new Input(new Slice[] {x.plus(first)}, new int[] {channels}, new int[] {step});
        }
    }

    @Override
    public void strip(int row, int rows, int column, int depth, float[] to, int at) {
        copy(row, rows, column, depth, to, at, Strips.STRIDE);
    }

    @Override
    public void panel(int column, int columns, int first, int depth, float[] to, int at, int width) {
        copy(first, depth, column, columns, to, at, width);
    }

    /** Elements {@code column} to {@code column + n - 1} of the rows of some cells, {@code step} apart. */
    private void copy(int cell, int cells, int column, int n, float[] to, int at, int step) {
        int tap = column / g.in();
        int channel = column % g.in();
        for (int done = 0; done < n; tap++, channel = 0) {
            for (int map = 0, begin = 0; map < x.maps.length && done < n; begin += x.channels[map++]) {
                int count = Math.min(n - done, x.channels[map] - Math.max(0, channel - begin));
                if (count > 0) {
                    int from = Math.max(0, channel - begin);
                    channels(cell, cells, tap, map, from, count, to, at + done, step);
                    done += count;
                }
            }
        }
    }

    /** Some channels of one map under one tap of the kernel: runs of cells in one line of the output. */
    private void channels(int cell, int cells, int tap, int map, int channel, int n, float[] to, int at, int step) {
        int line = cell / g.outWidth();
        int column = cell % g.outWidth();
        for (int done = 0; done < cells; line++, column = 0) {
            int count = Math.min(cells - done, g.outWidth() - column);
            int y = line % g.outHeight() * g.stride() - g.padding() + tap / g.kernel() * g.dilation();
            int left = column * g.stride() - g.padding() + tap % g.kernel() * g.dilation();
            boolean inside = y >= 0 && y < g.height();
            int from = inside ? Math.clamp(Math.ceilDiv(-left, g.stride()), 0, count) : count;
            int end = inside ? Math.clamp(Math.ceilDiv(g.width() - left, g.stride()), from, count) : count;
            int target = at + done * step;
            zeros(to, target, from, step, n);
            int source = (line / g.outHeight() * g.height() + y) * g.width() + left + from * g.stride();
            Slice input = x.maps[map];
            int cellStep = x.steps[map];
            float[] values = input.floats();
            int at0 = input.offset() + source * cellStep + channel;
            for (int i = 0; i < end - from; i++) {
                Rows.copy(values, at0 + i * g.stride() * cellStep, to, target + (from + i) * step, n);
            }
            zeros(to, target + end * step, count - end, step, n);
            done += count;
        }
    }

    private static void zeros(float[] to, int at, int cells, int step, int n) {
        for (int i = 0; i < cells; i++) {
            Arrays.fill(to, at + i * step, at + i * step + n, 0);
        }
    }
}
