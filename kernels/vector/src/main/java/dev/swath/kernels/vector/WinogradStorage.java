package dev.swath.kernels.vector;

import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.OpaqueStorage;
import java.util.Arrays;
import java.util.stream.IntStream;

/** A 3x3 weight transformed for {@link Winograd} and packed as 36 sets of panels; keeps the original to be read. */
final class WinogradStorage extends OpaqueStorage {
    private final float[] original;
    private final float[] transformed;

    WinogradStorage(float[] weight, int offset, int out, int in) {
        super(DType.F32, (long) out * in * 9);
        this.original = Arrays.copyOfRange(weight, offset, offset + out * in * 9);
        int size = PanelStorage.size(out, in);
        this.transformed = new float[Winograd.PRODUCTS * size];
        int width = GemmTile.COLUMNS;
        IntStream.range(0, Math.ceilDiv(out, width)).parallel().forEach(panel -> {
            double[] half = new double[18];
            double[] values = new double[Winograd.PRODUCTS];
            for (int o = panel * width; o < Math.min(out, (panel + 1) * width); o++) {
                for (int i = 0; i < in; i++) {
                    Winograd.kernel(original, (o * in + i) * 9, half, values);
                    int at = (panel * in + i) * width + o % width;
                    for (int q = 0; q < Winograd.PRODUCTS; q++) {
                        transformed[q * size + at] = (float) values[q];
                    }
                }
            }
        });
    }

    /** [36][out / COLUMNS][in][COLUMNS]. */
    float[] transformed() {
        return transformed;
    }

    @Override
    public Device device() {
        return Device.CPU;
    }

    @Override
    public HostStorage toHost() {
        return new HostStorage.Floats(original.clone());
    }
}
