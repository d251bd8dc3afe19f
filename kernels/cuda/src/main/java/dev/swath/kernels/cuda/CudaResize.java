package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.ResizeKernel;
import dev.swath.kernels.Slice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@code resize.cu}. */
final class CudaResize implements ResizeKernel {
    private static final int BLOCKS_A_MULTIPROCESSOR = 8;
    private static final int MOST_UNITS = 8;

    private final String type;
    private final int unit;

    CudaResize(String types) {
        this.type = Blocks.activations(types);
        this.unit = Blocks.wide(types);
    }

    @Override
    public void forward(Slice y, Slice x, Geometry g, Execution on) {
        into(y, g.channels(), x, g, on);
    }

    @Override
    public void backward(Slice dx, Slice dy, Geometry g, Execution on) {
        from(dx, dy, g.channels(), g, on);
    }

    /**
     * The forward pass into some channels of a larger map.
     *
     * @param y the first of those channels in the first cell
     * @param stride channels of the larger map
     */
    void into(Slice y, long stride, Slice x, Geometry g, Execution on) {
        launch("resize_forward_", (long) g.batch() * g.outHeight(), g.outWidth(), y, x, stride, g, on);
    }

    /** The backward pass from some channels of a larger map's gradient. */
    void from(Slice dx, Slice dy, long stride, Geometry g, Execution on) {
        launch("resize_backward_", (long) g.batch() * g.height(), g.width(), dx, dy, stride, g, on);
    }

    private void launch(
            String kernel, long lines, int width, Slice to, Slice from, long stride, Geometry g, Execution on) {
        boolean wide = Blocks.aligned(to, from) && g.channels() % unit == 0 && stride % unit == 0;
        long units = (long) width * g.channels() / (wide ? unit : 1);
        CudaExecution e = CudaExecution.of(on);
        // A few units a thread where that leaves enough blocks: what a block works out first is worked out less often.
        long most = lines * units / (Blocks.THREADS * BLOCKS_A_MULTIPROCESSOR * (long) e.multiprocessors());
        long span = Math.clamp(most, 1, MOST_UNITS);
        long parts = Blocks.ceil(units, Blocks.THREADS * span);
        e.launch("resize", kernel + type)
                .grid(lines * parts)
                .block(Blocks.THREADS)
                .at(to)
                .at(from)
                .bytes(structure(g, stride))
                .i32(wide ? 1 : 0)
                .i32((int) parts)
                .i32((int) span)
                .run();
    }

    /** The structure Resize of resize.cu. */
    private static MemorySegment structure(Geometry g, long stride) {
        MemorySegment s = MemorySegment.ofArray(new byte[32]);
        int[] numbers = {g.height(), g.width(), g.channels(), g.outHeight(), g.outWidth(), g.alignCorners() ? 1 : 0};
        MemorySegment.copy(numbers, 0, s, ValueLayout.JAVA_INT_UNALIGNED, 0, numbers.length);
        s.set(ValueLayout.JAVA_LONG_UNALIGNED, 24, stride);
        return s;
    }
}
