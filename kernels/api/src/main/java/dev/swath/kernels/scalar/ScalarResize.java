package dev.swath.kernels.scalar;

import dev.swath.kernels.Execution;
import dev.swath.kernels.ResizeKernel;
import dev.swath.kernels.Slice;

/** {@code resize}, the truth. */
final class ScalarResize implements ResizeKernel {
    /** Between which two source cells an output cell lies, and how far it is from the first. */
    private record Source(int low, int high, double fraction) {
        static Source of(int i, int in, int out, boolean alignCorners) {
            double at = alignCorners
                    ? (out == 1 ? 0 : (double) i * (in - 1) / (out - 1))
                    : Math.max(0, (i + 0.5) * in / out - 0.5);
            int low = Math.min((int) at, in - 1);
            return new Source(low, Math.min(low + 1, in - 1), at - low);
        }
    }

    @Override
    public void forward(Slice y, Slice x, Geometry g, Execution on) {
        each(g, (out, in, weight) -> {
            for (int c = 0; c < g.channels(); c++) {
                double sum = 0;
                for (int corner = 0; corner < in.length; corner++) {
                    sum += weight[corner] * x.get(in[corner] * g.channels() + c);
                }
                y.set(out * g.channels() + c, sum);
            }
        });
    }

    @Override
    public void backward(Slice dx, Slice dy, Geometry g, Execution on) {
        for (int i = 0; i < g.batch() * g.height() * g.width() * g.channels(); i++) {
            dx.set(i, 0);
        }
        each(g, (out, in, weight) -> {
            for (int c = 0; c < g.channels(); c++) {
                for (int corner = 0; corner < in.length; corner++) {
                    dx.add(in[corner] * g.channels() + c, weight[corner] * dy.get(out * g.channels() + c));
                }
            }
        });
    }

    private interface Cell {
        void accept(int out, int[] in, double[] weight);
    }

    private static void each(Geometry g, Cell cell) {
        for (int b = 0; b < g.batch(); b++) {
            for (int oy = 0; oy < g.outHeight(); oy++) {
                Source v = Source.of(oy, g.height(), g.outHeight(), g.alignCorners());
                for (int ox = 0; ox < g.outWidth(); ox++) {
                    Source h = Source.of(ox, g.width(), g.outWidth(), g.alignCorners());
                    int top = (b * g.height() + v.low) * g.width();
                    int bottom = (b * g.height() + v.high) * g.width();
                    cell.accept(
                            (b * g.outHeight() + oy) * g.outWidth() + ox,
                            new int[] {top + h.low, top + h.high, bottom + h.low, bottom + h.high},
                            new double[] {
                                (1 - v.fraction) * (1 - h.fraction),
                                (1 - v.fraction) * h.fraction,
                                v.fraction * (1 - h.fraction),
                                v.fraction * h.fraction
                            });
                }
            }
        }
    }
}
