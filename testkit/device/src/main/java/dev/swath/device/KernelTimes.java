package dev.swath.device;

import dev.swath.kernels.Activation;
import dev.swath.kernels.AttentionKernel;
import dev.swath.kernels.BatchNormKernel;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.InstanceNormKernel;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.LayerNormKernel;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.ResizeKernel;
import dev.swath.kernels.Slice;
import dev.swath.kernels.UnaryKernel;
import dev.swath.kernels.WindowAttentionKernel;
import dev.swath.kernels.cuda.CudaBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The hot kernels at the sizes of the full network (Swin-B at 480 x 480), batch 1 and 8: time by the device's own clock with
 * cold caches, and the share of the roof measured in the same run: a copy kernel that moves as many bytes, or a large product.
 */
final class KernelTimes {
    private static final int REPEATS = 15;
    private static final int[] SIDES = {120, 60, 30, 15};
    private static final int WINDOW = 12;
    private static final int WORDS = 20;

    private final CudaBackend device;
    private final Report report;
    private final Instant end;
    private final Execution on;
    private final Storage flush;
    private double peak;

    KernelTimes(CudaBackend device, Report report, Instant end) {
        this.device = device;
        this.report = report;
        this.end = end;
        this.on = device.execution(Parallelism.single());
        this.flush = device.allocate(DType.F32, 48 << 20);
    }

    boolean run() {
        report.line("%s", device.description());
        report.line("%-34s %5s %5s %9s %9s %9s %9s", "kernel", "type", "batch", "us", "GB/s", "TFLOP/s", "of roof");
        for (DType type : new DType[] {DType.BF16, DType.F32}) {
            peak = 0;
            product(type, 1, 8192, 8192, 8192, Activation.IDENTITY, "linear");
            for (int batch : new int[] {8, 1}) {
                for (int stage = 0; stage < SIDES.length && Instant.now().isBefore(end); stage++) {
                    stage(type, batch, stage);
                }
                decoder(type, batch);
            }
        }
        return true;
    }

    private void stage(DType type, int batch, int stage) {
        int side = SIDES[stage];
        int channels = 128 << stage;
        int tokens = batch * side * side;
        windowAttention(type, batch, side, channels, 4 << stage);
        layerNorm(type, batch, tokens, channels);
        instanceNorm(type, batch, side * side, channels);
        words(type, batch, side * side, channels);
        unary(type, batch, tokens * 4 * channels);
        product(type, batch, tokens, 3 * channels, channels, Activation.IDENTITY, "qkv");
        product(type, batch, tokens, channels, channels, Activation.IDENTITY, "projection");
        product(type, batch, tokens, 4 * channels, channels, Activation.GELU, "mlp 1 + gelu");
        product(type, batch, tokens, channels, 4 * channels, Activation.IDENTITY, "mlp 2");
    }

    private void decoder(DType type, int batch) {
        int[][] shapes = {
            {120, 640, 512}, {120, 512, 512}, {60, 768, 512}, {60, 512, 512}, {30, 1536, 512}, {30, 512, 512}
        };
        for (int[] s : shapes) {
            if (Instant.now().isBefore(end)) {
                convolution(type, batch, s[0], s[1], s[2]);
            }
        }
        for (int side : new int[] {30, 60, 120}) {
            if (Instant.now().isBefore(end)) {
                batchNorm(type, batch, side, 512);
            }
        }
        resize(type, batch, 15, 1024, 30);
        resize(type, batch, 60, 512, 120);
    }

    private <K extends Kernel> K kernel(Class<K> kind, DType type) {
        return device.kernel(
                kind, KernelTypes.of(type, kind == GemmKernel.class || kind == Conv2dKernel.class ? type : DType.F32));
    }

    private void windowAttention(DType type, int batch, int side, int channels, int heads) {
        WindowAttentionKernel kernel = kernel(WindowAttentionKernel.class, type);
        WindowAttentionKernel.Geometry g =
                new WindowAttentionKernel.Geometry(batch, side, side, channels, heads, WINDOW, WINDOW / 2);
        long n = (long) batch * side * side * channels;
        Slice y = random(type, n);
        Slice logSum = random(DType.F32, (long) batch * g.windows() * heads * g.cells());
        Slice qkv = random(type, 3 * n);
        Slice bias = random(DType.F32, 3L * channels);
        Slice table = random(DType.F32, (2L * WINDOW - 1) * (2 * WINDOW - 1) * heads);
        long bytes = 4 * n * type.bytes();
        double flops = 4.0 * batch * g.windows() * g.cells() * g.cells() * channels;
        String name = "window attention " + side + "x" + side + "x" + channels;
        report(name, type, batch, bytes, flops, () -> kernel.forward(y, logSum, qkv, bias, table, g, on));
        Slice dQkv = random(type, 3 * n);
        Slice dBias = random(DType.F32, 3L * channels);
        Slice dTable = random(DType.F32, (2L * WINDOW - 1) * (2 * WINDOW - 1) * heads);
        Slice dy = random(type, n);
        report(
                name + " back",
                type,
                batch,
                8 * n * type.bytes(),
                2.5 * flops,
                () -> kernel.backward(dQkv, dBias, dTable, dy, y, logSum, qkv, bias, table, g, on));
        give(y, logSum, qkv, bias, table, dQkv, dBias, dTable, dy);
    }

    private void layerNorm(DType type, int batch, int rows, int columns) {
        LayerNormKernel kernel = kernel(LayerNormKernel.class, type);
        long n = (long) rows * columns;
        Slice y = random(type, n);
        Slice x = random(type, n);
        Slice mean = random(DType.F32, rows);
        Slice rstd = random(DType.F32, rows);
        Slice weight = random(DType.F32, columns);
        Slice bias = random(DType.F32, columns);
        Slice dx = random(type, n);
        String name = "layer norm " + rows + "x" + columns;
        report(
                name,
                type,
                batch,
                2 * n * type.bytes(),
                0,
                () -> kernel.forward(y, mean, rstd, x, weight, bias, 1e-5, rows, columns, on));
        Slice dWeight = random(DType.F32, columns);
        Slice dBias = random(DType.F32, columns);
        report(
                name + " back",
                type,
                batch,
                3 * n * type.bytes(),
                0,
                () -> kernel.backward(dx, dWeight, dBias, y, x, weight, mean, rstd, rows, columns, on));
        give(y, x, mean, rstd, weight, bias, dx, dWeight, dBias);
    }

    private void instanceNorm(DType type, int batch, int length, int channels) {
        InstanceNormKernel kernel = kernel(InstanceNormKernel.class, type);
        long n = (long) batch * length * channels;
        Slice y = random(type, n);
        Slice x = random(type, n);
        Slice mean = random(DType.F32, (long) batch * channels);
        Slice rstd = random(DType.F32, (long) batch * channels);
        report(
                "instance norm " + length + "x" + channels,
                type,
                batch,
                2 * n * type.bytes(),
                0,
                () -> kernel.forward(y, mean, rstd, x, 1e-5, batch, length, channels, on));
        give(y, x, mean, rstd);
    }

    private void words(DType type, int batch, int pixels, int channels) {
        AttentionKernel kernel = kernel(AttentionKernel.class, type);
        AttentionKernel.Geometry g =
                new AttentionKernel.Geometry(batch, pixels, WORDS, channels, 1, 1 / Math.sqrt(channels));
        long n = (long) batch * pixels * channels;
        Slice y = random(type, n);
        Slice q = random(type, n);
        Slice k = random(type, (long) batch * WORDS * channels);
        Slice v = random(type, (long) batch * WORDS * channels);
        Slice mask = random(type, (long) batch * WORDS);
        report(
                "pixels to words " + pixels + "x" + channels,
                type,
                batch,
                2 * n * type.bytes(),
                4.0 * n * WORDS,
                () -> kernel.forward(y, null, q, channels, k, channels, v, channels, mask, null, g, on));
        give(y, q, k, v, mask);
    }

    private void unary(DType type, int batch, int n) {
        UnaryKernel kernel = kernel(UnaryKernel.class, type);
        Slice y = random(type, n);
        Slice x = random(type, n);
        report("gelu " + n, type, batch, 2L * n * type.bytes(), 0, () -> kernel.forward(y, x, Activation.GELU, n, on));
        give(y, x);
    }

    private void product(DType type, int batch, int m, int n, int k, Activation f, String what) {
        GemmKernel kernel = kernel(GemmKernel.class, type);
        Slice y = random(type, (long) m * n);
        Slice x = random(type, (long) m * k);
        Slice w = random(type, (long) n * k);
        Slice bias = random(type, n);
        long bytes = ((long) m * n + (long) m * k + (long) n * k) * type.bytes();
        report(
                what + " " + m + "x" + n + "x" + k,
                type,
                batch,
                bytes,
                2.0 * m * n * k,
                () -> kernel.linear(
                        GemmKernel.Matrix.dense(y, n), GemmKernel.Matrix.dense(x, k), w, bias, f, null, m, n, k, on));
        give(y, x, w, bias);
    }

    private void convolution(DType type, int batch, int side, int in, int out) {
        Conv2dKernel kernel = kernel(Conv2dKernel.class, type);
        Conv2dKernel.Geometry g = new Conv2dKernel.Geometry(batch, side, side, in, out, 3, 1, 1);
        long pixels = (long) batch * side * side;
        Slice y = random(type, pixels * out);
        Slice x = random(type, pixels * in);
        Slice w = random(type, 9L * in * out);
        Slice dw = random(type, 9L * in * out);
        Slice dx = random(type, pixels * in);
        long bytes = (pixels * (in + out) + 9L * in * out) * type.bytes();
        String name = "conv 3x3 " + side + "x" + side + " " + in + "->" + out;
        report(
                name,
                type,
                batch,
                bytes,
                g.flops(),
                () -> kernel.forward(y, new Slice[] {x}, new int[] {in}, w, null, Activation.IDENTITY, g, on));
        report(name + " dx", type, batch, bytes, g.flops(), () -> kernel.backwardInput(dx, y, w, g, on));
        report(name + " dw", type, batch, bytes, g.flops(), () -> kernel.backwardWeight(dw, null, y, x, g, on));
        give(y, x, w, dw, dx);
    }

    private void batchNorm(DType type, int batch, int side, int channels) {
        BatchNormKernel kernel = kernel(BatchNormKernel.class, type);
        int rows = batch * side * side;
        long n = (long) rows * channels;
        Slice y = random(type, n);
        Slice x = random(type, n);
        Slice mean = random(DType.F32, channels);
        Slice variance = random(DType.F32, channels);
        Slice weight = random(DType.F32, channels);
        Slice bias = random(DType.F32, channels);
        report(
                "batch norm and relu " + side + "x" + side + "x" + channels,
                type,
                batch,
                3 * n * type.bytes(),
                0,
                () -> {
                    kernel.statistics(mean, variance, x, rows, channels, on);
                    kernel.forward(y, x, mean, variance, weight, bias, 1e-5, Activation.RELU, rows, channels, on);
                });
        give(y, x, mean, variance, weight, bias);
    }

    private void resize(DType type, int batch, int side, int channels, int out) {
        ResizeKernel kernel = kernel(ResizeKernel.class, type);
        ResizeKernel.Geometry g = new ResizeKernel.Geometry(batch, side, side, channels, out, out, true);
        long in = (long) batch * side * side * channels;
        long n = (long) batch * out * out * channels;
        Slice y = random(type, n);
        Slice x = random(type, in);
        report(
                "resize " + side + "->" + out + " x" + channels,
                type,
                batch,
                (in + n) * type.bytes(),
                0,
                () -> kernel.forward(y, x, g, on));
        give(y, x);
    }

    /** Numbers from -1 to 1, a repeated pattern: values matter little to the time, but zeros would. */
    private Slice random(DType type, long elements) {
        Storage storage = device.allocate(type, elements);
        int pattern = (int) Math.min(elements, 1 << 20);
        float[] values = new float[pattern];
        SplittableRandom random = new SplittableRandom(elements);
        for (int i = 0; i < pattern; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        Tensor.over(storage, dev.swath.tensor.Shape.of(pattern), 0)
                .copyFrom(Tensor.of(values, pattern).to(type));
        CopyKernel copy = device.kernel(CopyKernel.class, type);
        for (long done = pattern; done < elements; done += Math.min(done, elements - done)) {
            int n = (int) Math.min(done, elements - done);
            copy.copy(Slice.of(storage, done), new long[] {1}, Slice.of(storage, 0), new long[] {1}, new int[] {n}, on);
        }
        return Slice.of(storage, 0);
    }

    private void give(Slice... slices) {
        for (Slice s : slices) {
            device.free(s.storage());
        }
    }

    private double time(Runnable work) {
        CopyKernel fill = device.kernel(CopyKernel.class, DType.F32);
        double[] times = new double[REPEATS];
        for (int i = -3; i < REPEATS; i++) {
            fill.fill(Slice.of(flush, 0), i, 48 << 20, on);
            double t = device.microseconds(work);
            if (i >= 0) {
                times[i] = t;
            }
        }
        return Report.median(times);
    }

    private void report(String name, DType type, int batch, long bytes, double flops, Runnable work) {
        double us;
        try {
            us = time(work);
        } catch (RuntimeException e) {
            report.line("%-34s %5s %5d FAILED %s", name, type, batch, e);
            return;
        }
        double tflops = flops / us / 1e6;
        peak = Math.max(peak, tflops);
        double copy = copyRoof(bytes);
        double byBytes = copy / us;
        double byFlops = tflops / peak;
        report.line(
                "%-34s %5s %5d %9.1f %9.0f %9.1f %8.0f%%",
                name, type, batch, us, bytes / us / 1e3, tflops, 100 * Math.max(byBytes, flops > 0 ? byFlops : 0));
    }

    /** How long a copy of half the bytes takes, which moves as many: the roof of a kernel that only moves bytes. */
    private double copyRoof(long bytes) {
        int n = (int) Math.min(bytes / 8, 1 << 28);
        List<Slice> both = new ArrayList<>();
        both.add(Slice.of(device.allocate(DType.F32, n), 0));
        both.add(Slice.of(device.allocate(DType.F32, n), 0));
        CopyKernel copy = device.kernel(CopyKernel.class, DType.F32);
        double us = time(() -> copy.copy(both.get(0), new long[] {1}, both.get(1), new long[] {1}, new int[] {n}, on));
        both.forEach(this::give);
        return us;
    }
}
