package dev.swath.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.swath.bench.onnx.OnnxModel;
import dev.swath.bench.onnx.OnnxModel.Type;
import dev.swath.bench.onnx.OnnxModel.Value;
import dev.swath.bench.onnx.OnnxOps;
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
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** Single operations as models of one or a few nodes in ONNX Runtime, inputs and output in memory that it reuses. */
public final class OnnxEngine implements Engine {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final int threads;

    /** Every model gets its own pool of so many threads. */
    public OnnxEngine(int threads) {
        this.threads = threads;
    }

    @Override
    public String name() {
        return Engines.ONNXRUNTIME;
    }

    /** The values and shape of one input. */
    private record Input(float[] values, int... shape) {}

    @Override
    public Contender linear(LinearCase c) {
        return operation(Map.of("x", new Input(c.x(), c.m(), c.k())), UnaryOperator.identity(), (ops, inputs) -> {
            float[] weight = OperationCase.transpose(c.weight(), c.n(), c.k());
            return ops.matmul(inputs.get("x"), ops.model().floats("weight", weight, c.k(), c.n()));
        });
    }

    @Override
    public Contender convolution(ConvolutionCase c) {
        int cells = c.side() * c.side();
        float[] x = OperationCase.transpose(c.x(), cells, c.in());
        return operation(
                Map.of("x", new Input(x, 1, c.in(), c.side(), c.side())),
                y -> OperationCase.transpose(y, c.out(), cells),
                (ops, inputs) -> {
                    Value weight = ops.model().floats("weight", c.weight(), c.out(), c.in(), 3, 3);
                    return ops.convolution(inputs.get("x"), weight, OnnxModel.absent(), 1, 1);
                });
    }

    @Override
    public Contender windowAttention(WindowAttentionCase c) {
        int channels = c.channels();
        int side = 2 * WindowAttentionCase.WINDOW - 1;
        StateDict weights = new StateDict()
                .put("attn.qkv.weight", Tensor.of(c.qkvWeight(), 3 * channels, channels))
                .put("attn.qkv.bias", Tensor.of(c.qkvBias(), 3 * channels))
                .put("attn.relative_position_bias_table", Tensor.of(c.table(), side * side, c.heads()))
                .put("attn.proj.weight", Tensor.of(c.outWeight(), channels, channels))
                .put("attn.proj.bias", Tensor.of(c.outBias(), channels));
        return operation(
                Map.of("x", new Input(c.x(), 1, c.side() * c.side(), channels)),
                UnaryOperator.identity(),
                (ops, inputs) -> {
                    OnnxWeights root = new OnnxWeights(ops, weights);
                    OnnxSwin swin = new OnnxSwin(NetworkConfig.base(1), ops, root);
                    Grid grid = new Grid(c.side(), c.side());
                    return swin.shiftedAttention(root.child("attn"), inputs.get("x"), grid, c.shift(), c.heads());
                });
    }

    @Override
    public Contender crossAttention(CrossAttentionCase c) {
        float[] k = OperationCase.transpose(c.k(), c.words(), c.channels());
        Map<String, Input> all = Map.of(
                "q", new Input(c.q(), 1, 1, c.pixels(), c.channels()),
                "k", new Input(k, 1, 1, c.channels(), c.words()),
                "v", new Input(c.v(), 1, 1, c.words(), c.channels()),
                "hidden", new Input(c.hidden(), 1, 1, 1, c.words()));
        return operation(all, UnaryOperator.identity(), (ops, inputs) -> {
            Value scores = ops.scale(ops.matmul(inputs.get("q"), inputs.get("k")), 1 / Math.sqrt(c.channels()));
            return ops.matmul(ops.softmax(ops.add(scores, inputs.get("hidden"))), inputs.get("v"));
        });
    }

    @Override
    public Contender layerNorm(LayerNormCase c) {
        return operation(
                Map.of("x", new Input(c.x(), c.rows(), c.columns())), UnaryOperator.identity(), (ops, inputs) -> {
                    Value weight = ops.model().floats("weight", c.weight(), c.columns());
                    Value bias = ops.model().floats("bias", c.bias(), c.columns());
                    return ops.layerNorm(inputs.get("x"), weight, bias, LayerNormCase.EPS);
                });
    }

    @Override
    public Contender instanceNorm(InstanceNormCase c) {
        float[] x = OperationCase.transpose(c.x(), c.cells(), c.channels());
        return operation(
                Map.of("x", new Input(x, 1, c.channels(), c.cells())),
                y -> OperationCase.transpose(y, c.channels(), c.cells()),
                (ops, inputs) -> new OnnxWeights(ops, new StateDict()).instanceNorm(inputs.get("x")));
    }

    @Override
    public Contender softmax(SoftmaxCase c) {
        return operation(
                Map.of("x", new Input(c.x(), c.rows(), c.columns())),
                UnaryOperator.identity(),
                (ops, inputs) -> ops.softmax(inputs.get("x")));
    }

    @Override
    public Contender gelu(GeluCase c) {
        return operation(
                Map.of("x", new Input(c.x(), c.x().length)),
                UnaryOperator.identity(),
                (ops, inputs) -> ops.gelu(inputs.get("x")));
    }

    @Override
    public Contender resize(ResizeCase c) {
        int cells = c.side() * c.side();
        float[] x = OperationCase.transpose(c.x(), cells, c.channels());
        return operation(
                Map.of("x", new Input(x, 1, c.channels(), c.side(), c.side())),
                y -> OperationCase.transpose(y, c.channels(), c.outputs() / c.channels()),
                (ops, inputs) -> ops.resize(inputs.get("x"), c.outSide(), c.outSide(), true));
    }

    private Contender operation(
            Map<String, Input> inputs,
            UnaryOperator<float[]> layout,
            BiFunction<OnnxOps, Map<String, Value>, Value> build) {
        try {
            Path folder = Files.createTempDirectory("swath-bench");
            Path file = folder.resolve("operation.onnx");
            try {
                Value output;
                try (OnnxModel model = new OnnxModel(file)) {
                    Map<String, Value> values = new LinkedHashMap<>();
                    inputs.forEach((name, input) -> values.put(name, model.input(name, Type.FLOAT, input.shape())));
                    output = build.apply(new OnnxOps(model), values);
                    model.output(output);
                }
                OrtSession session = OnnxFiaNet.open(environment, file, threads);
                return new Operation(session, inputs, output, layout);
            } finally {
                for (Path written : List.of(file, folder.resolve("operation.onnx.data"), folder)) {
                    Files.deleteIfExists(written);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (OrtException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    public void close() {
        // The environment belongs to the process.
    }

    private final class Operation implements Contender {
        private final OrtSession session;
        private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        private final FloatBuffer result;
        private final OnnxTensor output;
        private final String outputName;
        private final UnaryOperator<float[]> layout;

        Operation(OrtSession session, Map<String, Input> inputs, Value output, UnaryOperator<float[]> layout)
                throws OrtException {
            this.session = session;
            this.outputName = output.name();
            this.layout = layout;
            for (Map.Entry<String, Input> input : inputs.entrySet()) {
                FloatBuffer values = direct(input.getValue().values().length);
                values.put(input.getValue().values()).flip();
                this.inputs.put(input.getKey(), tensor(values, input.getValue().shape()));
            }
            int[] shape = output.shape().stream().mapToInt(Integer::intValue).toArray();
            this.result = direct(Arrays.stream(shape).reduce(1, Math::multiplyExact));
            this.output = tensor(result, shape);
        }

        private static FloatBuffer direct(int size) {
            return ByteBuffer.allocateDirect(Math.multiplyExact(size, Float.BYTES))
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }

        private OnnxTensor tensor(FloatBuffer values, int... shape) throws OrtException {
            long[] sizes = Arrays.stream(shape).asLongStream().toArray();
            return OnnxTensor.createTensor(environment, values, sizes);
        }

        @Override
        public void run() {
            try (OrtSession.Result _ = session.run(inputs, Set.of(), Map.of(outputName, output))) {
                // The result lies in the pinned output.
            } catch (OrtException failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public float[] result() {
            float[] values = new float[result.capacity()];
            result.get(0, values);
            return layout.apply(values);
        }

        @Override
        public void close() {
            inputs.values().forEach(OnnxTensor::close);
            output.close();
            try {
                session.close();
            } catch (OrtException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }
}
