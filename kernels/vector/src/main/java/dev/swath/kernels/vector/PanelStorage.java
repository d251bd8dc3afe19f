package dev.swath.kernels.vector;

import dev.swath.kernels.GemmKernel.Matrix;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.PackedStorage;
import java.util.Arrays;

/**
 * A (n, k) weight as panels [n / COLUMNS][k][COLUMNS], the last one filled up with zeros and, where it has few columns, only
 * {@link GemmTile#NARROW} wide.
 */
final class PanelStorage extends PackedStorage {
    private static final int COLUMNS = GemmTile.COLUMNS;

    private final float[] panels;
    private final int n;
    private final int k;

    private PanelStorage(float[] panels, int n, int k) {
        super(DType.F32, (long) n * k, Device.CPU);
        this.panels = panels;
        this.n = n;
        this.k = k;
    }

    /** A right operand (k, n), wherever its elements come from. */
    @FunctionalInterface
    interface Source {
        /**
         * Writes the elements of {@code columns} columns from {@code column} on, in the rows {@code first} to {@code first +
         * depth - 1}, to {@code to[at + l * width + j]}.
         */
        void panel(int column, int columns, int first, int depth, float[] to, int at, int width);
    }

    /** A matrix in memory. */
    static Source of(Matrix b) {
        float[] from = b.slice().floats();
        int offset = b.slice().offset();
        long columnStep = b.columnStride();
        long step = b.rowStride();
        if (columnStep == 1) {
            return (column, columns, first, depth, to, at, width) -> {
                for (int l = 0; l < depth; l++) {
                    Rows.copy(from, (int) (offset + column + (first + l) * step), to, at + l * width, columns);
                }
            };
        }
        return (column, columns, first, depth, to, at, width) -> {
            int begin = (int) (offset + column * columnStep + first * step);
            Rows.turn(from, begin, (int) columnStep, (int) step, columns, depth, to, at, width);
        };
    }

    /** Packs the (n, k) row-major weight. */
    static PanelStorage pack(float[] weight, int offset, int n, int k) {
        float[] panels = new float[size(n, k)];
        Source source = of(Matrix.dense(Slice.of(new HostStorage.Floats(weight), offset), k)
                .transposed());
        for (int panel = 0; panel < count(n); panel++) {
            copy(source, panel, n, 0, k, panels);
        }
        return new PanelStorage(panels, n, k);
    }

    /** Panels of n columns. */
    static int count(int n) {
        return Math.ceilDiv(n, COLUMNS);
    }

    static int size(int n, int k) {
        return Math.multiplyExact(columns(n), k);
    }

    /** Columns of all panels for n. */
    static int columns(int n) {
        return Math.ceilDiv(n, GemmTile.NARROW) * GemmTile.NARROW;
    }

    /** Columns of one of the panels for n, the distance between its rows. */
    static int width(int n, int panel) {
        return Math.min(COLUMNS, columns(n) - panel * COLUMNS);
    }

    /** Copies one panel of n columns between two depths to its place among the others; the last one is filled up. */
    static void copy(Source b, int panel, int n, int first, int depth, float[] to) {
        int column = panel * COLUMNS;
        int width = width(n, panel);
        int columns = Math.min(width, n - column);
        int at = column * depth;
        b.panel(column, columns, first, depth, to, at, width);
        for (int l = 0; l < depth && columns < width; l++) {
            Arrays.fill(to, at + l * width + columns, at + (l + 1) * width, 0);
        }
    }

    float[] panels() {
        return panels;
    }

    @Override
    public HostStorage unpack() {
        float[] out = new float[n * k];
        for (int j = 0; j < n; j++) {
            int base = j / COLUMNS * COLUMNS * k + j % COLUMNS;
            int width = width(n, j / COLUMNS);
            for (int l = 0; l < k; l++) {
                out[j * k + l] = panels[base + l * width];
            }
        }
        return new HostStorage.Floats(out);
    }
}
