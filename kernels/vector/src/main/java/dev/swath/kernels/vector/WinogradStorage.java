package dev.swath.kernels.vector;

import dev.swath.kernels.Execution;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.PackedStorage;

/**
 * A 3x3 weight (out, in, 3, 3) in the order in which {@link WinogradF4} transforms it: the panels of a weight (out, in 9), so
 * [panel][in][9][width]. What it becomes is four times as large and is therefore made anew in each pass.
 */
final class WinogradStorage extends PackedStorage {
    /** Inputs whose weights, 36 KB of a panel, stay in the first-level cache. */
    private static final int ROWS = 16;

    private final PanelStorage taps;
    private final int out;
    private final int in;

    WinogradStorage(float[] weight, int offset, int out, int in) {
        super(DType.F32, (long) out * in * Winograd.TAPS, Device.CPU);
        this.taps = PanelStorage.pack(weight, offset, out, in * Winograd.TAPS);
        this.out = out;
        this.in = in;
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
            int panel = (first + task) * GemmTile.COLUMNS * in * Winograd.TAPS;
            for (int block = 0; block < in; block += ROWS) {
                for (int row = 0; row < side; row++) {
                    for (int i = block; i < Math.min(in, block + ROWS); i++) {
                        int from = panel + i * Winograd.TAPS * width;
                        int target = task * GemmTile.COLUMNS * in + i * width + row * side * stride;
                        for (int j = 0; j < width; j += Lanes.LENGTH) {
                            WinogradF4.kernels(taps.panels(), from + j, width, row, to, target + j, stride);
                        }
                    }
                }
            }
        });
    }

    @Override
    public HostStorage unpack() {
        return taps.unpack();
    }
}
