package dev.swath.kernels.scalar;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.tensor.Storage;
import org.jspecify.annotations.Nullable;

/** {@code conv2d}, the truth. */
final class ScalarConv2d implements Conv2dKernel {
    @Override
    public void forward(
            Slice y,
            Slice[] x,
            int[] channels,
            Slice weight,
            @Nullable Slice bias,
            Activation f,
            Geometry g,
            Execution on) {
        Slice w = ScalarGemm.readable(weight);
        on.forEach(g.batch() * g.outHeight(), row -> {
            int b = row / g.outHeight();
            int oy = row % g.outHeight();
            for (int ox = 0; ox < g.outWidth(); ox++) {
                for (int o = 0; o < g.out(); o++) {
                    double sum = bias == null ? 0 : bias.get(o);
                    for (int ky = 0; ky < g.kernel(); ky++) {
                        for (int kx = 0; kx < g.kernel(); kx++) {
                            int iy = oy * g.stride() + ky * g.dilation() - g.padding();
                            int ix = ox * g.stride() + kx * g.dilation() - g.padding();
                            if (iy >= 0 && iy < g.height() && ix >= 0 && ix < g.width()) {
                                sum += tap(x, channels, w, g, (b * g.height() + iy) * g.width() + ix, o, ky, kx);
                            }
                        }
                    }
                    y.set((row * g.outWidth() + ox) * g.out() + o, ScalarUnary.value(f, sum));
                }
            }
        });
    }

    /** What one tap adds to output channel o: the channels of its group, or of all maps where there is one group. */
    private static double tap(Slice[] x, int[] channels, Slice w, Geometry g, int cell, int o, int ky, int kx) {
        int first = o / g.groupOut() * g.groupIn();
        double sum = 0;
        int i = 0;
        for (int map = 0; map < x.length; map++) {
            int n = g.groups() == 1 ? channels[map] : g.groupIn();
            for (int c = 0; c < n; c++, i++) {
                sum += x[map].get(cell * channels[map] + first + c) * w.get(weightIndex(g, o, i, ky, kx));
            }
        }
        return sum;
    }

    /** Of tap (ky, kx) from channel i of the group of output channel o. */
    private static int weightIndex(Geometry g, int o, int i, int ky, int kx) {
        return ((o * g.groupIn() + i) * g.kernel() + ky) * g.kernel() + kx;
    }

    @Override
    public void backwardInput(Slice dx, Slice dy, Slice weight, Geometry g, Execution on) {
        double[] taps = byTaps(weight, g);
        on.forEach(g.batch() * g.height(), row -> {
            int b = row / g.height();
            int iy = row % g.height();
            for (int ix = 0; ix < g.width(); ix++) {
                double[] sums = new double[g.in()];
                for (int ky = 0; ky < g.kernel(); ky++) {
                    for (int kx = 0; kx < g.kernel(); kx++) {
                        int ty = iy + g.padding() - ky * g.dilation();
                        int tx = ix + g.padding() - kx * g.dilation();
                        int oy = Math.floorDiv(ty, g.stride());
                        int ox = Math.floorDiv(tx, g.stride());
                        if (oy * g.stride() == ty
                                && ox * g.stride() == tx
                                && oy >= 0
                                && ox >= 0
                                && oy < g.outHeight()
                                && ox < g.outWidth()) {
                            int cell = (b * g.outHeight() + oy) * g.outWidth() + ox;
                            addSent(sums, dy, cell, taps, ky * g.kernel() + kx, g);
                        }
                    }
                }
                for (int i = 0; i < g.in(); i++) {
                    dx.set((row * g.width() + ix) * g.in() + i, sums[i]);
                }
            }
        });
    }

    /** The weight as (kernel, kernel, out, in of a group): the channels that a cell's gradient goes to stand side by side. */
    private static double[] byTaps(Slice weight, Geometry g) {
        int taps = g.kernel() * g.kernel();
        double[] turned = new double[taps * g.out() * g.groupIn()];
        for (int tap = 0; tap < taps; tap++) {
            for (int o = 0; o < g.out(); o++) {
                for (int i = 0; i < g.groupIn(); i++) {
                    turned[(tap * g.out() + o) * g.groupIn() + i] =
                            weight.get(weightIndex(g, o, i, tap / g.kernel(), tap % g.kernel()));
                }
            }
        }
        return turned;
    }

    /** Adds to each input channel what comes back through one tap from the output channels of its group. */
    private static void addSent(double[] sums, Slice dy, int cell, double[] taps, int tap, Geometry g) {
        for (int o = 0; o < g.out(); o++) {
            double gradient = dy.get(cell * g.out() + o);
            int to = o / g.groupOut() * g.groupIn();
            int at = (tap * g.out() + o) * g.groupIn();
            for (int i = 0; i < g.groupIn(); i++) {
                sums[to + i] += gradient * taps[at + i];
            }
        }
    }

    @Override
    public void backwardWeight(Slice dWeight, @Nullable Slice dBias, Slice dy, Slice x, Geometry g, Execution on) {
        on.forEach(g.out(), o -> {
            for (int cell = 0; dBias != null && cell < g.batch() * g.outHeight() * g.outWidth(); cell++) {
                dBias.add(o, dy.get(cell * g.out() + o));
            }
            for (int i = 0; i < g.groupIn(); i++) {
                for (int ky = 0; ky < g.kernel(); ky++) {
                    for (int kx = 0; kx < g.kernel(); kx++) {
                        dWeight.add(weightIndex(g, o, i, ky, kx), correlation(dy, x, g, o, i, ky, kx));
                    }
                }
            }
        });
    }

    /** Sum over all output cells of dy[o] times the input that this tap of the kernel saw. */
    private static double correlation(Slice dy, Slice x, Geometry g, int o, int i, int ky, int kx) {
        int channel = o / g.groupOut() * g.groupIn() + i;
        double sum = 0;
        for (int b = 0; b < g.batch(); b++) {
            for (int oy = 0; oy < g.outHeight(); oy++) {
                int iy = oy * g.stride() + ky * g.dilation() - g.padding();
                if (iy < 0 || iy >= g.height()) {
                    continue;
                }
                for (int ox = 0; ox < g.outWidth(); ox++) {
                    int ix = ox * g.stride() + kx * g.dilation() - g.padding();
                    if (ix >= 0 && ix < g.width()) {
                        sum += dy.get(((b * g.outHeight() + oy) * g.outWidth() + ox) * g.out() + o)
                                * x.get(((b * g.height() + iy) * g.width() + ix) * g.in() + channel);
                    }
                }
            }
        }
        return sum;
    }

    @Override
    public Storage pack(Slice weight, int out, int in, int kernel, int stride, int groups, int dilation) {
        return weight.storage();
    }
}
