package dev.swath.kernels.cuda;

import dev.swath.kernels.AdaptiveAvgPoolKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.Slice;
import java.lang.foreign.MemorySegment;

/** {@code adaptive_avg_pool.cu}. */
final class CudaAdaptiveAvgPool implements AdaptiveAvgPoolKernel {
    /** From that many cells on a window is read by many threads. */
    private static final int LARGE_WINDOW = 32;

    private final String type;
    private final int unit;

    CudaAdaptiveAvgPool(String types) {
        this.type = Blocks.activations(types);
        this.unit = Blocks.wide(types);
    }

    @Override
    public void forward(
            Slice y,
            Slice x,
            int batch,
            int height,
            int width,
            int channels,
            int outHeight,
            int outWidth,
            Execution on) {
        boolean wide = Blocks.aligned(y, x) && channels % unit == 0;
        long cells = (long) batch * outHeight * outWidth;
        CudaExecution e = CudaExecution.of(on);
        MemorySegment sizes = sizes(height, width, channels, outHeight, outWidth);
        if (cells == 0 || channels == 0) {
            return;
        }
        if (Blocks.ceil(height, outHeight) * Blocks.ceil(width, outWidth) < LARGE_WINDOW) {
            long n = cells * channels;
            e.launch("adaptive_avg_pool", "adaptive_avg_pool_cells_" + type)
                    .cover(n, Blocks.THREADS * (wide ? unit : 1))
                    .block(Blocks.THREADS)
                    .at(y)
                    .at(x)
                    .bytes(sizes)
                    .i32(wide ? 1 : 0)
                    .i64(n)
                    .run();
        } else {
            int units = wide ? channels / unit : channels;
            int lanes = Blocks.lanes(units);
            e.launch("adaptive_avg_pool", "adaptive_avg_pool_windows_" + type)
                    .grid(cells * Blocks.ceil(units, lanes))
                    .block(Blocks.THREADS)
                    .at(y)
                    .at(x)
                    .bytes(sizes)
                    .i32(wide ? 1 : 0)
                    .i32(lanes)
                    .run();
        }
    }

    @Override
    public void backward(
            Slice dx,
            Slice dy,
            int batch,
            int height,
            int width,
            int channels,
            int outHeight,
            int outWidth,
            Execution on) {
        boolean wide = Blocks.aligned(dx, dy) && channels % unit == 0;
        long n = (long) batch * height * width * channels;
        CudaExecution.of(on)
                .launch("adaptive_avg_pool", "adaptive_avg_pool_backward_" + type)
                .cover(n, Blocks.THREADS * (wide ? unit : 1))
                .block(Blocks.THREADS)
                .at(dx)
                .at(dy)
                .bytes(sizes(height, width, channels, outHeight, outWidth))
                .i32(wide ? 1 : 0)
                .i64(n)
                .run();
    }

    /** The structure Pool of adaptive_avg_pool.cu. */
    private static MemorySegment sizes(int... numbers) {
        return MemorySegment.ofArray(numbers);
    }
}
