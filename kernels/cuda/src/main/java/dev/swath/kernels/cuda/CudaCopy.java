package dev.swath.kernels.cuda;

import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import java.util.List;
import java.util.Locale;

/** {@code copy.cu}. */
final class CudaCopy implements CopyKernel {
    private static final String FILE = "copy";
    private static final int TILE = 32;
    private static final int SMALLEST_TRANSPOSE = 8;
    private static final int LARGEST_TRANSPOSED = 8;

    private final DType type;
    private final Tables tables = new Tables();

    /** For elements of the type of that name. */
    CudaCopy(String type) {
        this.type = DType.valueOf(type.toUpperCase(Locale.ROOT));
    }

    @Override
    public void copy(Slice y, long[] yStrides, Slice x, long[] xStrides, int[] dims, Execution on) {
        CudaExecution e = CudaExecution.of(on);
        copy(y, x, Axes.ordered(dims, yStrides, xStrides), e);
        e.changed(y);
    }

    private static void copy(Slice y, Slice x, Axes axes, CudaExecution e) {
        if (axes.rank() > Axes.MOST) {
            Axes inner = axes.inner();
            for (int i = 0; i < axes.extents()[0]; i++) {
                copy(y.plus(i * axes.first()[0]), x.plus(i * axes.second()[0]), inner, e);
            }
            return;
        }
        DType from = x.storage().dtype();
        if (from != y.storage().dtype()) {
            throw new IllegalArgumentException("[copy] a copy keeps the type; got " + from + " and "
                    + y.storage().dtype());
        }
        int transposed = axes.denseInSecond();
        if (axes.runs()) {
            move(y, x, axes, e);
        } else if (transposed >= 0
                && axes.first()[axes.last()] == 1
                && from.bytes() <= LARGEST_TRANSPOSED
                && Math.min(axes.extents()[transposed], axes.extents()[axes.last()]) >= SMALLEST_TRANSPOSE) {
            transpose(y, x, axes, transposed, e);
        } else {
            strided("copy_" + from.bytes(), y, x, axes, e);
        }
    }

    /** Runs that are dense on both sides, in units as large as they allow. */
    private static void move(Slice y, Slice x, Axes axes, CudaExecution e) {
        int bytes = y.storage().dtype().bytes();
        long all = y.offset() | x.offset() | axes.extents()[axes.last()];
        for (int i = 0; i < axes.last(); i++) {
            all |= axes.first()[i] | axes.second()[i];
        }
        int unit = Units.of(bytes, all * bytes);
        strided("copy_" + unit, y, x, axes.inUnits(unit / bytes), e);
    }

    private static void strided(String kernel, Slice y, Slice x, Axes axes, CudaExecution e) {
        long n = axes.elements();
        e.launch(FILE, kernel)
                .cover(n, Blocks.THREADS)
                .block(Blocks.THREADS)
                .untyped(y)
                .untyped(x)
                .bytes(axes.structure())
                .i64(n)
                .run();
    }

    private static void transpose(Slice y, Slice x, Axes axes, int across, CudaExecution e) {
        int last = axes.last();
        Axes batches = axes.without(across, last);
        long tilesDown = Blocks.ceil(axes.extents()[last], TILE);
        long tilesAcross = Blocks.ceil(axes.extents()[across], TILE);
        e.launch(FILE, "transpose_" + y.storage().dtype().bytes())
                .grid(batches.elements() * tilesDown * tilesAcross)
                .block(Blocks.THREADS)
                .untyped(y)
                .untyped(x)
                .bytes(batches.structure())
                .i64(axes.extents()[last])
                .i64(axes.extents()[across])
                .i64(axes.second()[last])
                .i64(axes.first()[across])
                .run();
    }

    @Override
    public void add(Slice y, long[] yStrides, Slice x, long[] xStrides, int[] dims, Execution on) {
        CudaExecution e = CudaExecution.of(on);
        add(y, x, Axes.ordered(dims, yStrides, xStrides), e);
        e.changed(y);
    }

    private void add(Slice y, Slice x, Axes axes, CudaExecution e) {
        if (axes.rank() > Axes.MOST) {
            Axes inner = axes.inner();
            for (int i = 0; i < axes.extents()[0]; i++) {
                add(y.plus(i * axes.first()[0]), x.plus(i * axes.second()[0]), inner, e);
            }
            return;
        }
        computed("add_" + type, y, x, axes, Blocks.wide(type.toString()), e);
    }

    private static void computed(String kernel, Slice y, Slice x, Axes axes, int unit, CudaExecution e) {
        boolean wide = axes.runs() && axes.whole(unit) && Blocks.aligned(y, x);
        long n = axes.elements();
        e.launch(FILE, kernel)
                .cover(n, Blocks.THREADS * (wide ? unit : 1))
                .block(Blocks.THREADS)
                .at(y)
                .at(x)
                .bytes(axes.structure())
                .i32(wide ? 1 : 0)
                .i64(n)
                .run();
    }

    @Override
    public void fill(Slice y, double value, long n, Execution on) {
        int bytes = type.bytes();
        CudaExecution e = CudaExecution.of(on);
        e.launch(FILE, "fill_" + bytes)
                .cover(n * bytes, Blocks.THREADS * 16)
                .block(Blocks.THREADS)
                .untyped(y)
                .i64(repeated(value))
                .i64(n)
                .run();
        e.changed(y);
    }

    @Override
    public void fillAll(List<Slice> y, double value, int[] n, Execution on) {
        CudaExecution e = CudaExecution.of(on);
        int chunks = Tables.chunks(n);
        if (chunks == 0) {
            return;
        }
        e.launch(FILE, "fill_all_" + type.bytes())
                .grid(chunks)
                .block(Blocks.THREADS)
                .untyped(tables.ofChunks(y, n, e.backend()))
                .i64(repeated(value))
                .run();
        y.forEach(e::changed);
    }

    /** The value's bits as an element, as often as they fill eight bytes. */
    private long repeated(double value) {
        long bits = bits(value);
        for (int have = type.bytes(); have < Long.BYTES; have *= 2) {
            bits = bits & (1L << 8 * have) - 1 | bits << 8 * have;
        }
        return bits;
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
