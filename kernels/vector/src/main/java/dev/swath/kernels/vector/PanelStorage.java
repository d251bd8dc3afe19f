package dev.swath.kernels.vector;

import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.PackedStorage;
import java.util.Arrays;

/** A (n, k) weight as panels [n / COLUMNS][k][COLUMNS], the last one filled up with zeros. */
final class PanelStorage extends PackedStorage {
    private final float[] panels;
    private final int n;
    private final int k;

    private PanelStorage(float[] panels, int n, int k) {
        super(DType.F32, (long) n * k, Device.CPU);
        this.panels = panels;
        this.n = n;
        this.k = k;
    }

    /** Packs the (n, k) row-major weight. */
    static PanelStorage pack(float[] weight, int offset, int n, int k) {
        float[] panels = new float[size(n, k)];
        pack(panels, 0, weight, offset, k, 1, n, k);
        return new PanelStorage(panels, n, k);
    }

    static int size(int n, int k) {
        return Math.multiplyExact(Math.ceilDiv(n, GemmTile.COLUMNS) * GemmTile.COLUMNS, k);
    }

    /** Packs element (column j, depth l), found at {@code offset + j * columnStride + l * depthStride}. */
    static void pack(
            float[] panels, int to, float[] source, int offset, long columnStride, long depthStride, int n, int k) {
        int width = GemmTile.COLUMNS;
        for (int first = 0; first < n; first += width) {
            int columns = Math.min(width, n - first);
            int base = to + first * k;
            if (columnStride == 1) {
                for (int l = 0; l < k; l++) {
                    int from = (int) (offset + first + l * depthStride);
                    System.arraycopy(source, from, panels, base + l * width, columns);
                    Arrays.fill(panels, base + l * width + columns, base + (l + 1) * width, 0);
                }
            } else {
                packTransposed(
                        panels,
                        base,
                        source,
                        (int) (offset + first * columnStride),
                        columnStride,
                        depthStride,
                        columns,
                        k);
            }
        }
    }

    /** In blocks of 16 deep, so that both sides stay in the cache. */
    private static void packTransposed(
            float[] panels,
            int base,
            float[] source,
            int offset,
            long columnStride,
            long depthStride,
            int columns,
            int k) {
        int width = GemmTile.COLUMNS;
        for (int l0 = 0; l0 < k; l0 += 16) {
            int l1 = Math.min(l0 + 16, k);
            for (int j = 0; j < columns; j++) {
                int from = (int) (offset + j * columnStride);
                for (int l = l0; l < l1; l++) {
                    panels[base + l * width + j] = source[(int) (from + l * depthStride)];
                }
            }
            for (int l = l0; l < l1 && columns < width; l++) {
                Arrays.fill(panels, base + l * width + columns, base + (l + 1) * width, 0);
            }
        }
    }

    float[] panels() {
        return panels;
    }

    @Override
    public HostStorage unpack() {
        float[] out = new float[n * k];
        int width = GemmTile.COLUMNS;
        for (int j = 0; j < n; j++) {
            int base = j / width * width * k + j % width;
            for (int l = 0; l < k; l++) {
                out[j * k + l] = panels[base + l * width];
            }
        }
        return new HostStorage.Floats(out);
    }
}
