package dev.swath.kernels.cuda;

import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/** {@code copy.cu}. */
final class CudaCopy implements CopyKernel {
    private static final int AXES = 8;
    private static final int THREADS = 256;

    private final DType type;

    /** For elements of the type of that name. */
    CudaCopy(String type) {
        this.type = DType.valueOf(type.toUpperCase(Locale.ROOT));
    }

    @Override
    public void copy(Slice y, long[] yStrides, Slice x, long[] xStrides, int[] dims, Execution on) {
        launch("copy_" + type.bytes(), y, yStrides, x, xStrides, dims, on);
    }

    @Override
    public void add(Slice y, long[] yStrides, Slice x, long[] xStrides, int[] dims, Execution on) {
        launch("add_" + type, y, yStrides, x, xStrides, dims, on);
    }

    private static void launch(
            String kernel, Slice y, long[] yStrides, Slice x, long[] xStrides, int[] dims, Execution on) {
        long n = 1;
        for (int d : dims) {
            n *= d;
        }
        CudaExecution.of(on)
                .launch("copy", kernel)
                .cover(n, THREADS)
                .block(THREADS)
                .at(y)
                .at(x)
                .bytes(strided(yStrides, xStrides, dims))
                .i64(n)
                .run();
    }

    /** The structure Strided of copy.cu. */
    private static MemorySegment strided(long[] y, long[] x, int[] dims) {
        if (dims.length > AXES) {
            throw new UnsupportedOperationException("[cuda] at most " + AXES + " axes are copied; got " + dims.length);
        }
        MemorySegment s = MemorySegment.ofArray(new byte[40 + 16 * AXES]);
        s.set(ValueLayout.JAVA_INT_UNALIGNED, 0, dims.length);
        for (int i = 0; i < dims.length; i++) {
            s.set(ValueLayout.JAVA_INT_UNALIGNED, 4 + 4L * i, dims[i]);
            s.set(ValueLayout.JAVA_LONG_UNALIGNED, 40 + 8L * i, y[i]);
            s.set(ValueLayout.JAVA_LONG_UNALIGNED, 40 + 8L * (AXES + i), x[i]);
        }
        return s;
    }

    @Override
    public void fill(Slice y, double value, long n, Execution on) {
        CudaExecution.of(on)
                .launch("copy", "fill_" + type.bytes())
                .cover(n, THREADS)
                .block(THREADS)
                .at(y)
                .i64(bits(value))
                .i64(n)
                .run();
    }

    /** The value as an element of the type, in the lower bytes. */
    private long bits(double value) {
        return switch (type) {
            case F32 -> Float.floatToRawIntBits((float) value);
            case F64 -> Double.doubleToRawLongBits(value);
            case F16 -> Float.floatToFloat16((float) value);
            case BF16 -> roundToBf16((float) value);
            case BOOL -> value != 0 ? 1 : 0;
            default -> (long) value;
        };
    }

    /** The upper half of the nearest f32, to even. */
    private static int roundToBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.isNaN(value) ? 0x7fc0 : bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
    }
}
