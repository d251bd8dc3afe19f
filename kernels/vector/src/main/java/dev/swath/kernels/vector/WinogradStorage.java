package dev.swath.kernels.vector;

import dev.swath.kernels.Execution;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.PackedStorage;
import java.util.stream.IntStream;

/**
 * A 3x3 weight (out, in, 3, 3) in the order in which {@link WinogradF4} transforms it, [panel][in][9][width] with the panels
 * of {@link PanelStorage}. What it becomes is four times as large and is therefore made anew in each pass.
 */
final class WinogradStorage extends PackedStorage {
    /** Inputs whose weights, 36 KB of a panel, stay in the first-level cache. */
    private static final int ROWS = 16;

    private final float[] taps;
    private final int out;
    private final int in;

    WinogradStorage(float[] weight, int offset, int out, int in) {
        super(DType.F32, (long) out * in * Winograd.TAPS, Device.CPU);
        this.out = out;
        this.in = in;
        this.taps = new float[Math.multiplyExact(PanelStorage.size(out, in), Winograd.TAPS)];
        IntStream.range(0, PanelStorage.count(out)).parallel().forEach(panel -> {
            int width = PanelStorage.width(out, panel);
            for (int j = 0; j < columns(panel); j++) {
                int from = offset + (panel * GemmTile.COLUMNS + j) * in * Winograd.TAPS;
                int to = at(panel) + j;
                for (int t = 0; t < in * Winograd.TAPS; t++) {
                    taps[to + t * width] = weight[from + t];
                }
            }
        });
    }

    /** Where a panel begins. */
    private int at(int panel) {
        return panel * GemmTile.COLUMNS * in * Winograd.TAPS;
    }

    /** Columns of a panel that are outputs. */
    private int columns(int panel) {
        return Math.min(GemmTile.COLUMNS, out - panel * GemmTile.COLUMNS);
    }

    /**
     * Transforms the panels {@code first} to {@code first + count - 1}, to [36][panel][in][width].
     *
     * @param stride between the products
     */
    void transform(int first, int count, float[] to, int stride, Execution on) {
        int side = Winograd.F4.side;
        on.forEach(count, task -> {
            int width = PanelStorage.width(out, first + task);
            for (int block = 0; block < in; block += ROWS) {
                for (int row = 0; row < side; row++) {
                    for (int i = block; i < Math.min(in, block + ROWS); i++) {
                        int from = at(first + task) + i * Winograd.TAPS * width;
                        int target = task * GemmTile.COLUMNS * in + i * width + row * side * stride;
                        for (int j = 0; j < width; j += Lanes.LENGTH) {
                            WinogradF4.kernels(taps, from + j, width, row, to, target + j, stride);
                        }
                    }
                }
            }
        });
    }

    @Override
    public HostStorage unpack() {
        float[] weight = new float[out * in * Winograd.TAPS];
        for (int panel = 0; panel < PanelStorage.count(out); panel++) {
            int width = PanelStorage.width(out, panel);
            for (int j = 0; j < columns(panel); j++) {
                int from = at(panel) + j;
                int to = (panel * GemmTile.COLUMNS + j) * in * Winograd.TAPS;
                for (int t = 0; t < in * Winograd.TAPS; t++) {
                    weight[to + t] = taps[from + t * width];
                }
            }
        }
        return new HostStorage.Floats(weight);
    }
}
