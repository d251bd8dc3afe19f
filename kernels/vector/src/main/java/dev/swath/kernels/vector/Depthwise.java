package dev.swath.kernels.vector;

import static dev.swath.kernels.vector.Lanes.LENGTH;
import static dev.swath.kernels.vector.Lanes.SPECIES;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Slice;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * {@code conv2d} where each channel has a kernel of its own and nothing is added up over channels: there is no product
 * to be made of it, so vectors run along the channels of one cell, and the taps are added in registers.
 */
final class Depthwise {
    private Depthwise() {}

    /** Whether each output channel sees one input channel, its own. */
    static boolean suits(Geometry g) {
        return g.groups() > 1 && g.groups() == g.in() && g.in() == g.out();
    }

    static void forward(Slice y, Slice x, Slice weight, @Nullable Slice bias, Activation f, Geometry g, Execution on) {
        float[] w = byTap(weight, g, on);
        int n = g.outWidth() * g.out();
        on.forEach(g.batch() * g.outHeight(), row -> {
            int[] cells = new int[g.kernel() * g.kernel()];
            int[] taps = new int[cells.length];
            for (int ox = 0; ox < g.outWidth(); ox++) {
                int count = sources(cells, taps, row / g.outHeight(), row % g.outHeight(), ox, g);
                sum(y, (row * g.outWidth() + ox) * g.out(), x, cells, w, taps, count, bias, g.out());
            }
            if (f != Activation.IDENTITY) {
                int at = y.offset() + row * n;
                VectorUnary.apply(f, y.floats(), at, y.floats(), at, n);
            }
        });
        HostExecution.arrays(on).give(w);
    }

    static void backwardInput(Slice dx, Slice dy, Slice weight, Geometry g, Execution on) {
        float[] w = byTap(weight, g, on);
        on.forEach(g.batch() * g.height(), row -> {
            int[] cells = new int[g.kernel() * g.kernel()];
            int[] taps = new int[cells.length];
            for (int ix = 0; ix < g.width(); ix++) {
                int count = targets(cells, taps, row / g.height(), row % g.height(), ix, g);
                sum(dx, (row * g.width() + ix) * g.in(), dy, cells, w, taps, count, null, g.in());
            }
        });
        HostExecution.arrays(on).give(w);
    }

    static void backwardWeight(Slice dWeight, @Nullable Slice dBias, Slice dy, Slice x, Geometry g, Execution on) {
        int taps = g.kernel() * g.kernel();
        int channels = g.in();
        int size = (taps + 1) * channels; // one row a tap, and one for the bias
        int rows = g.batch() * g.outHeight() * g.outWidth();
        int chunks = Chunks.summed(rows);
        float[] parts = HostExecution.arrays(on).take(chunks * size);
        Chunks.pieces(rows, Chunks.SUMMED_ROWS, on, (from, to) -> {
            int part = from / Chunks.SUMMED_ROWS * size;
            Arrays.fill(parts, part, part + size, 0f);
            int[] cells = new int[taps];
            int[] tap = new int[taps];
            for (int r = from; r < to; r++) {
                int line = r / g.outWidth();
                int at = dy.offset() + r * channels;
                int count = sources(cells, tap, line / g.outHeight(), line % g.outHeight(), r % g.outWidth(), g);
                for (int t = 0; t < count; t++) {
                    Rows.addProduct(parts, part + tap[t], dy.floats(), at, x.floats(), x.offset() + cells[t], channels);
                }
                if (dBias != null) {
                    Rows.add(parts, part + taps * channels, dy.floats(), at, channels);
                }
            }
        });
        on.forEach(channels, c -> {
            for (int t = 0; t < taps; t++) {
                dWeight.add(c * taps + t, total(parts, chunks, size, t * channels + c));
            }
            if (dBias != null) {
                dBias.add(c, total(parts, chunks, size, taps * channels + c));
            }
        });
        HostExecution.arrays(on).give(parts);
    }

    private static double total(float[] parts, int chunks, int size, int at) {
        double sum = 0;
        for (int chunk = 0; chunk < chunks; chunk++) {
            sum += parts[chunk * size + at];
        }
        return sum;
    }

    /** The weight as (ky, kx, channels). */
    private static float[] byTap(Slice weight, Geometry g, Execution on) {
        int taps = g.kernel() * g.kernel();
        float[] w = HostExecution.arrays(on).take(taps * g.out());
        for (int c = 0; c < g.out(); c++) {
            for (int t = 0; t < taps; t++) {
                w[t * g.out() + c] = weight.floats()[weight.offset() + c * taps + t];
            }
        }
        return w;
    }

    /** Where the input cells lie that output cell (b, oy, ox) sees, and the weights of their taps; returns how many. */
    private static int sources(int[] cells, int[] taps, int b, int oy, int ox, Geometry g) {
        int count = 0;
        for (int ky = 0; ky < g.kernel(); ky++) {
            int iy = oy * g.stride() + ky * g.dilation() - g.padding();
            if (iy < 0 || iy >= g.height()) {
                continue;
            }
            for (int kx = 0; kx < g.kernel(); kx++) {
                int ix = ox * g.stride() + kx * g.dilation() - g.padding();
                if (ix >= 0 && ix < g.width()) {
                    cells[count] = ((b * g.height() + iy) * g.width() + ix) * g.in();
                    taps[count++] = (ky * g.kernel() + kx) * g.in();
                }
            }
        }
        return count;
    }

    /** Where the output cells lie that see input cell (b, iy, ix), and the weights of their taps; returns how many. */
    private static int targets(int[] cells, int[] taps, int b, int iy, int ix, Geometry g) {
        int count = 0;
        for (int ky = 0; ky < g.kernel(); ky++) {
            int oy = step(iy + g.padding() - ky * g.dilation(), g.stride(), g.outHeight());
            if (oy < 0) {
                continue;
            }
            for (int kx = 0; kx < g.kernel(); kx++) {
                int ox = step(ix + g.padding() - kx * g.dilation(), g.stride(), g.outWidth());
                if (ox >= 0) {
                    cells[count] = ((b * g.outHeight() + oy) * g.outWidth() + ox) * g.out();
                    taps[count++] = (ky * g.kernel() + kx) * g.out();
                }
            }
        }
        return count;
    }

    /** The number of the step of that size that ends at {@code at}, below {@code n}; -1 if none does. */
    private static int step(int at, int stride, int n) {
        if (at < 0) {
            return -1;
        }
        int number = stride == 1 ? at : at / stride;
        return number * stride == at && number < n ? number : -1;
    }

    /** y (=) bias + the sum over some cells of x of the cell times the weights of its tap, channel by channel. */
    private static void sum(
            Slice y,
            int at,
            Slice x,
            int[] cells,
            float[] w,
            int[] taps,
            int count,
            @Nullable Slice bias,
            int channels) {
        float[] in = x.floats();
        float[] out = y.floats();
        int to = y.offset() + at;
        int c = 0;
        for (; c <= channels - LENGTH; c += LENGTH) {
            FloatVector sum = bias == null
                    ? FloatVector.zero(SPECIES)
                    : FloatVector.fromArray(SPECIES, bias.floats(), bias.offset() + c);
            for (int t = 0; t < count; t++) {
                FloatVector v = FloatVector.fromArray(SPECIES, in, x.offset() + cells[t] + c);
                sum = Lanes.fma(v, FloatVector.fromArray(SPECIES, w, taps[t] + c), sum);
            }
            sum.intoArray(out, to + c);
        }
        for (; c < channels; c++) {
            float sum = bias == null ? 0 : bias.floats()[bias.offset() + c];
            for (int t = 0; t < count; t++) {
                sum = Rows.fma(in[x.offset() + cells[t] + c], w[taps[t] + c], sum);
            }
            out[to + c] = sum;
        }
    }
}
