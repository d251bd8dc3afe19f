package dev.swath.bench.peers;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.ConvolutionCase;
import dev.swath.bench.ops.CrossAttentionCase;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.ops.GeluCase;
import dev.swath.bench.ops.InstanceNormCase;
import dev.swath.bench.ops.LayerNormCase;
import dev.swath.bench.ops.LinearCase;
import dev.swath.bench.ops.OperationCase;
import dev.swath.bench.ops.ResizeCase;
import dev.swath.bench.ops.SoftmaxCase;
import dev.swath.bench.ops.WindowAttentionCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Single operations on libtorch, in its own layout (channels first), each run allocating its result as users' code does. */
public final class TorchEngine implements Engine {
    private final List<Tensor> inputs = new ArrayList<>();

    /** Sets the number of threads for the whole process. */
    public TorchEngine(int threads) {
        TorchFiaNet.setThreads(threads);
    }

    @Override
    public String name() {
        return Engines.LIBTORCH;
    }

    private Tensor input(float[] values, long... shape) {
        Tensor tensor = Torch.owned(() -> Tensor.create(values, shape));
        inputs.add(tensor);
        return tensor;
    }

    /** (L,C) row-major as (C,L). */
    private Tensor channelsFirst(float[] values, int cells, int channels, long... shape) {
        return input(OperationCase.transpose(values, cells, channels), shape);
    }

    @Override
    public Contender linear(LinearCase c) {
        Tensor x = input(c.x(), c.m(), c.k());
        Tensor weight = input(c.weight(), c.n(), c.k());
        return new Operation(() -> Torch.linear(x, weight), UnaryOperator.identity());
    }

    @Override
    public Contender convolution(ConvolutionCase c) {
        int cells = c.side() * c.side();
        Tensor x = channelsFirst(c.x(), cells, c.in(), 1, c.in(), c.side(), c.side());
        Tensor weight = input(c.weight(), c.out(), c.in(), 3, 3);
        return new Operation(() -> Torch.conv2d(x, weight, 1, 1), y -> OperationCase.transpose(y, c.out(), cells));
    }

    @Override
    public Contender windowAttention(WindowAttentionCase c) {
        int channels = c.channels();
        int side = 2 * WindowAttentionCase.WINDOW - 1;
        Tensor x = input(c.x(), 1, (long) c.side() * c.side(), channels);
        Map<String, Tensor> weights = Map.of(
                "attn.qkv.weight", input(c.qkvWeight(), 3L * channels, channels),
                "attn.qkv.bias", input(c.qkvBias(), 3L * channels),
                "attn.relative_position_bias_table", input(c.table(), (long) side * side, c.heads()),
                "attn.proj.weight", input(c.outWeight(), channels, channels),
                "attn.proj.bias", input(c.outBias(), channels));
        NetworkConfig config = NetworkConfig.base(1);
        TorchWeights path = new TorchWeights(weights, "attn");
        TorchSwin swin = new TorchSwin(config, new TorchWeights(weights, ""), torch.ScalarType.Float);
        Grid grid = new Grid(c.side(), c.side());
        return new Operation(
                () -> swin.shiftedAttention(path, x, grid, c.shift(), c.heads()), UnaryOperator.identity());
    }

    @Override
    public Contender crossAttention(CrossAttentionCase c) {
        Tensor q = input(c.q(), 1, 1, c.pixels(), c.channels());
        Tensor k = channelsFirst(c.k(), c.words(), c.channels(), 1, 1, c.channels(), c.words());
        Tensor v = input(c.v(), 1, 1, c.words(), c.channels());
        Tensor hidden = input(c.hidden(), 1, 1, 1, c.words());
        return new Operation(
                () -> {
                    Tensor scores = Torch.scale(torch.matmul(q, k), 1 / Math.sqrt(c.channels()));
                    return torch.matmul(Torch.softmax(scores.add(hidden)), v);
                },
                UnaryOperator.identity());
    }

    @Override
    public Contender layerNorm(LayerNormCase c) {
        Tensor x = input(c.x(), c.rows(), c.columns());
        Tensor weight = input(c.weight(), c.columns());
        Tensor bias = input(c.bias(), c.columns());
        return new Operation(() -> Torch.layerNorm(x, weight, bias, LayerNormCase.EPS), UnaryOperator.identity());
    }

    @Override
    public Contender instanceNorm(InstanceNormCase c) {
        Tensor x = channelsFirst(c.x(), c.cells(), c.channels(), 1, c.channels(), c.cells());
        return new Operation(() -> Torch.instanceNorm(x), y -> OperationCase.transpose(y, c.channels(), c.cells()));
    }

    @Override
    public Contender softmax(SoftmaxCase c) {
        Tensor x = input(c.x(), c.rows(), c.columns());
        return new Operation(() -> Torch.softmax(x), UnaryOperator.identity());
    }

    @Override
    public Contender gelu(GeluCase c) {
        Tensor x = input(c.x(), c.x().length);
        return new Operation(() -> Torch.gelu(x), UnaryOperator.identity());
    }

    @Override
    public Contender resize(ResizeCase c) {
        int cells = c.side() * c.side();
        Tensor x = channelsFirst(c.x(), cells, c.channels(), 1, c.channels(), c.side(), c.side());
        return new Operation(
                () -> Torch.resize(x, c.outSide(), c.outSide(), true),
                y -> OperationCase.transpose(y, c.channels(), c.outputs() / c.channels()));
    }

    @Override
    public void close() {
        inputs.forEach(Tensor::close);
    }

    private static final class Operation implements Contender {
        private final Supplier<Tensor> operation;
        private final UnaryOperator<float[]> layout;
        private @Nullable Tensor last;

        Operation(Supplier<Tensor> operation, UnaryOperator<float[]> layout) {
            this.operation = operation;
            this.layout = layout;
        }

        @Override
        public void run() {
            close();
            try (InferenceMode _ = new InferenceMode(true)) {
                last = Torch.owned(operation);
            }
        }

        @Override
        public float[] result() {
            if (last == null) {
                throw new IllegalStateException("nothing was run");
            }
            try (PointerScope _ = new PointerScope()) {
                Tensor contiguous = last.contiguous();
                float[] values = new float[Math.toIntExact(contiguous.numel())];
                new FloatPointer(contiguous.data_ptr()).get(values);
                return layout.apply(values);
            }
        }

        @Override
        public void close() {
            if (last != null) {
                last.close();
                last = null;
            }
        }
    }
}
