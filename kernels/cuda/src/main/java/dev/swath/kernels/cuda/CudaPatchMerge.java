package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.PatchMergeKernel;
import dev.swath.kernels.Slice;

/** {@code patch_merge.cu}: moves units of up to 16 bytes, whatever their type. */
final class CudaPatchMerge implements PatchMergeKernel {
    CudaPatchMerge(String types) {}

    @Override
    public void forward(Slice y, Slice x, int batch, int height, int width, int channels, Execution on) {
        launch("patch_merge_forward_", y, x, batch, height, width, channels, on);
    }

    @Override
    public void backward(Slice dx, Slice dy, int batch, int height, int width, int channels, Execution on) {
        launch("patch_merge_backward_", dx, dy, batch, height, width, channels, on);
    }

    private static void launch(
            String kernel, Slice to, Slice from, int batch, int height, int width, int channels, Execution on) {
        int bytes = from.storage().dtype().bytes();
        int unit = Units.of(bytes, bytes * (long) channels, to, from);
        int units = channels * bytes / unit;
        long n = 4L * batch * ((height + 1) / 2) * ((width + 1) / 2) * units;
        CudaExecution.of(on)
                .launch("patch_merge", kernel + unit)
                .cover(n, Blocks.THREADS)
                .block(Blocks.THREADS)
                .untyped(to)
                .untyped(from)
                .i64(n)
                .i32(height)
                .i32(width)
                .i32(units)
                .run();
    }
}
