package dev.swath.kernels.scalar;

import dev.swath.kernels.Execution;
import dev.swath.kernels.LayerNormKernel;
import dev.swath.kernels.Slice;
import org.jspecify.annotations.Nullable;

/** {@code layer_norm}, the truth. */
final class ScalarLayerNorm implements LayerNormKernel {
    @Override
    public void forward(
            Slice y,
            @Nullable Slice mean,
            @Nullable Slice rstd,
            Slice x,
            Slice weight,
            Slice bias,
            double eps,
            int rows,
            int columns,
            Execution on) {
        for (int r = 0; r < rows; r++) {
            int row = r * columns;
            double m = 0;
            for (int c = 0; c < columns; c++) {
                m += x.get(row + c);
            }
            m /= columns;
            double v = 0;
            for (int c = 0; c < columns; c++) {
                double d = x.get(row + c) - m;
                v += d * d;
            }
            double s = 1 / Math.sqrt(v / columns + eps);
            for (int c = 0; c < columns; c++) {
                y.set(row + c, (x.get(row + c) - m) * s * weight.get(c) + bias.get(c));
            }
            if (mean != null && rstd != null) {
                mean.set(r, m);
                rstd.set(r, s);
            }
        }
    }

    @Override
    public void backward(
            @Nullable Slice dx,
            @Nullable Slice dWeight,
            @Nullable Slice dBias,
            Slice dy,
            Slice x,
            Slice weight,
            Slice mean,
            Slice rstd,
            int rows,
            int columns,
            Execution on) {
        for (int r = 0; r < rows; r++) {
            int row = r * columns;
            double m = mean.get(r);
            double s = rstd.get(r);
            double sum = 0; // of dz = dy weight
            double dot = 0; // of dz z
            for (int c = 0; c < columns; c++) {
                double z = (x.get(row + c) - m) * s;
                double g = dy.get(row + c);
                sum += g * weight.get(c);
                dot += g * weight.get(c) * z;
                if (dWeight != null) {
                    dWeight.add(c, g * z);
                }
                if (dBias != null) {
                    dBias.add(c, g);
                }
            }
            if (dx == null) {
                continue;
            }
            // dx = rstd (dz - mean(dz) - z mean(dz z))
            for (int c = 0; c < columns; c++) {
                double z = (x.get(row + c) - m) * s;
                dx.set(row + c, s * (dy.get(row + c) * weight.get(c) - sum / columns - z * dot / columns));
            }
        }
    }
}
