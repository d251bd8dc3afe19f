package dev.swath.bench.ops;

import dev.swath.kernels.Activation;
import dev.swath.kernels.AttentionKernel;
import dev.swath.kernels.Backend;
import dev.swath.kernels.BackendProvider;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.GemmKernel.Matrix;
import dev.swath.kernels.InstanceNormKernel;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.LayerNormKernel;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.ResizeKernel;
import dev.swath.kernels.Slice;
import dev.swath.kernels.SoftmaxKernel;
import dev.swath.kernels.UnaryKernel;
import dev.swath.kernels.WindowAttentionKernel;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;

/** Swath's own kernels, of one backend. */
public final class SwathEngine implements Engine {
    private final Backend backend;
    private final Parallelism parallelism;
    private final Execution execution;

    /** The backend of that name ({@code scalar}, {@code vector}). */
    public SwathEngine(String name, int threads) {
        backend = Backends.discover().findings().stream()
                .filter(finding -> finding.name().equals(name))
                .map(SwathEngine::available)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no backend " + name));
        parallelism = Parallelism.ofThreads(threads);
        execution = backend.execution(parallelism);
    }

    private static Backend available(Backends.Finding finding) {
        return switch (finding.probe()) {
            case BackendProvider.Probe.Available(Backend found) -> found;
            case BackendProvider.Probe.Refused(String reason) ->
                throw new IllegalStateException(finding.name() + " cannot be used here: " + reason);
        };
    }

    @Override
    public String name() {
        return "swath-" + backend.name();
    }

    private <K extends Kernel> K kernel(Class<K> kind) {
        return backend.kernel(kind, DType.F32);
    }

    private static Slice slice(float[] values) {
        return Slice.of(Tensor.of(values, values.length));
    }

    private static Contender contender(float[] y, Runnable operation) {
        return new Contender() {
            @Override
            public void run() {
                operation.run();
            }

            @Override
            public float[] result() {
                return y.clone();
            }

            @Override
            public void close() {
                // Everything lies on the Java heap.
            }
        };
    }

    private Slice packed(GemmKernel kernel, float[] weight, int n, int k) {
        return Slice.of(kernel.pack(slice(weight), n, k), 0);
    }

    @Override
    public Contender linear(LinearCase c) {
        GemmKernel kernel = kernel(GemmKernel.class);
        float[] y = new float[c.outputs()];
        Slice out = slice(y);
        Slice x = slice(c.x());
        Slice weight = packed(kernel, c.weight(), c.n(), c.k());
        return contender(
                y,
                () -> kernel.linear(
                        Matrix.dense(out, c.n()),
                        Matrix.dense(x, c.k()),
                        weight,
                        null,
                        Activation.IDENTITY,
                        null,
                        c.m(),
                        c.n(),
                        c.k(),
                        execution));
    }

    @Override
    public Contender convolution(ConvolutionCase c) {
        Conv2dKernel kernel = kernel(Conv2dKernel.class);
        Conv2dKernel.Geometry geometry = new Conv2dKernel.Geometry(1, c.side(), c.side(), c.in(), c.out(), 3, 1, 1);
        float[] y = new float[c.outputs()];
        Slice out = slice(y);
        Slice[] x = {slice(c.x())};
        int[] channels = {c.in()};
        Slice weight = Slice.of(kernel.pack(slice(c.weight()), c.out(), c.in(), 3, 1, 1, 1), 0);
        return contender(
                y, () -> kernel.forward(out, x, channels, weight, null, Activation.IDENTITY, geometry, execution));
    }

    @Override
    public Contender windowAttention(WindowAttentionCase c) {
        WindowAttentionKernel attention = kernel(WindowAttentionKernel.class);
        GemmKernel gemm = kernel(GemmKernel.class);
        int cells = c.side() * c.side();
        int channels = c.channels();
        WindowAttentionKernel.Geometry geometry = new WindowAttentionKernel.Geometry(
                1, c.side(), c.side(), channels, c.heads(), WindowAttentionCase.WINDOW, c.shift());
        Slice qkvWeight = packed(gemm, c.qkvWeight(), 3 * channels, channels);
        Slice outWeight = packed(gemm, c.outWeight(), channels, channels);
        Slice qkvBias = slice(c.qkvBias());
        Slice outBias = slice(c.outBias());
        Slice table = slice(c.table());
        Slice x = slice(c.x());
        Slice qkv = slice(new float[cells * 3 * channels]);
        Slice mixed = slice(new float[cells * channels]);
        float[] y = new float[c.outputs()];
        Slice out = slice(y);
        return contender(y, () -> {
            Activation none = Activation.IDENTITY;
            gemm.linear(
                    Matrix.dense(qkv, 3 * channels),
                    Matrix.dense(x, channels),
                    qkvWeight,
                    qkvBias,
                    none,
                    null,
                    cells,
                    3 * channels,
                    channels,
                    execution);
            attention.forward(mixed, null, qkv, qkvBias, table, geometry, execution);
            gemm.linear(
                    Matrix.dense(out, channels),
                    Matrix.dense(mixed, channels),
                    outWeight,
                    outBias,
                    none,
                    null,
                    cells,
                    channels,
                    channels,
                    execution);
        });
    }

    @Override
    public Contender crossAttention(CrossAttentionCase c) {
        AttentionKernel kernel = kernel(AttentionKernel.class);
        int channels = c.channels();
        AttentionKernel.Geometry geometry =
                new AttentionKernel.Geometry(1, c.pixels(), c.words(), channels, 1, 1 / Math.sqrt(channels));
        float[] y = new float[c.outputs()];
        Slice out = slice(y);
        Slice q = slice(c.q());
        Slice k = slice(c.k());
        Slice v = slice(c.v());
        Slice mask = slice(c.mask());
        return contender(
                y,
                () -> kernel.forward(
                        out, null, q, channels, k, channels, v, channels, mask, null, geometry, execution));
    }

    @Override
    public Contender layerNorm(LayerNormCase c) {
        LayerNormKernel kernel = kernel(LayerNormKernel.class);
        float[] y = new float[c.outputs()];
        Slice out = slice(y);
        Slice x = slice(c.x());
        Slice weight = slice(c.weight());
        Slice bias = slice(c.bias());
        return contender(
                y,
                () -> kernel.forward(
                        out, null, null, x, weight, bias, LayerNormCase.EPS, c.rows(), c.columns(), execution));
    }

    @Override
    public Contender instanceNorm(InstanceNormCase c) {
        InstanceNormKernel kernel = kernel(InstanceNormKernel.class);
        float[] y = new float[c.outputs()];
        Slice out = slice(y);
        Slice x = slice(c.x());
        return contender(
                y,
                () -> kernel.forward(out, null, null, x, InstanceNormCase.EPS, 1, c.cells(), c.channels(), execution));
    }

    @Override
    public Contender softmax(SoftmaxCase c) {
        SoftmaxKernel kernel = kernel(SoftmaxKernel.class);
        float[] y = new float[c.outputs()];
        Slice out = slice(y);
        Slice x = slice(c.x());
        return contender(y, () -> kernel.forward(out, x, false, c.rows(), c.columns(), execution));
    }

    @Override
    public Contender gelu(GeluCase c) {
        UnaryKernel kernel = kernel(UnaryKernel.class);
        float[] y = new float[c.outputs()];
        Slice out = slice(y);
        Slice x = slice(c.x());
        return contender(y, () -> kernel.forward(out, x, Activation.GELU, c.outputs(), execution));
    }

    @Override
    public Contender resize(ResizeCase c) {
        ResizeKernel kernel = kernel(ResizeKernel.class);
        ResizeKernel.Geometry geometry =
                new ResizeKernel.Geometry(1, c.side(), c.side(), c.channels(), c.outSide(), c.outSide(), true);
        float[] y = new float[c.outputs()];
        Slice out = slice(y);
        Slice x = slice(c.x());
        return contender(y, () -> kernel.forward(out, x, geometry, execution));
    }

    @Override
    public void close() {
        parallelism.close();
    }
}
