package dev.swath.kernels.vector;

import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.PackedStorage;
import java.util.Arrays;
import java.util.stream.IntStream;

/** A 3x3 weight transformed by {@link WinogradF4} and packed as 36 sets of panels; keeps the original to be read. */
final class WinogradStorage extends PackedStorage {
    private final float[] original;
    private final float[] transformed;

    WinogradStorage(float[] weight, int offset, int out, int in) {
        super(DType.F32, (long) out * in * Winograd.TAPS, Device.CPU);
        this.original = Arrays.copyOfRange(weight, offset, offset + out * in * Winograd.TAPS);
        this.transformed = new float[size(out, in)];
        IntStream.range(0, PanelStorage.count(out))
                .parallel()
                .forEach(panel -> panel(transformed, original, out, in, panel));
    }

    /** Floats of a transformed weight. */
    static int size(int out, int in) {
        return Math.multiplyExact(Winograd.F4.products, PanelStorage.size(out, in));
    }

    private static void panel(float[] to, float[] weight, int out, int in, int panel) {
        int size = PanelStorage.size(out, in);
        int first = panel * GemmTile.COLUMNS;
        int width = PanelStorage.width(out, panel);
        int columns = Math.min(width, out - first);
        double[] half = new double[18];
        double[] values = new double[Winograd.F4.products];
        for (int i = 0; i < in; i++) {
            int at = first * in + i * width;
            for (int column = 0; column < width; column++) {
                int o = first + column;
                if (column >= columns) {
                    Arrays.fill(values, 0);
                } else {
                    WinogradF4.kernel(weight, (o * in + i) * Winograd.TAPS, half, values);
                }
                for (int q = 0; q < Winograd.F4.products; q++) {
                    to[q * size + at + column] = (float) values[q];
                }
            }
        }
    }

    /** 36 times what {@link PanelStorage} holds of a weight (out, in). */
    float[] transformed() {
        return transformed;
    }

    @Override
    public HostStorage unpack() {
        return new HostStorage.Floats(original.clone());
    }
}
