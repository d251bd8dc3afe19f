package dev.swath.bench.peers;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.ConvolutionCase;
import dev.swath.bench.ops.CrossAttentionCase;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.ops.GeluCase;
import dev.swath.bench.ops.LayerNormCase;
import dev.swath.bench.ops.LinearCase;
import dev.swath.bench.ops.OperationCase;
import dev.swath.bench.ops.ResizeCase;
import dev.swath.bench.ops.SoftmaxCase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.enums.WeightsFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.image.ResizeBilinear;
import org.nd4j.linalg.api.ops.impl.layers.convolution.Conv2D;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.api.ops.impl.transforms.custom.LayerNorm;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Single operations on ND4J's CPU backend, as far as it has them: no instance norm without parameters and no window
 * attention; its GELUs are approximations, so the exact one is put together from its error function. Layer norm and resize
 * write into a given array, for this version fails where it should make one.
 */
public final class Nd4jEngine implements Engine {
    private final List<INDArray> inputs = new ArrayList<>();

    /** Sets the number of threads for the whole process. */
    public Nd4jEngine(int threads) {
        Nd4j.getEnvironment().setMaxThreads(threads);
        Nd4j.getEnvironment().setMaxMasterThreads(threads);
        Nd4j.factory().blas().setMaxThreads(threads);
    }

    @Override
    public String name() {
        return Engines.ND4J;
    }

    private INDArray input(float[] values, long... shape) {
        INDArray array = Nd4j.createFromArray(values.clone()).reshape(shape);
        inputs.add(array);
        return array;
    }

    @Override
    public Contender linear(LinearCase c) {
        INDArray x = input(c.x(), c.m(), c.k());
        INDArray weight = input(OperationCase.transpose(c.weight(), c.n(), c.k()), c.k(), c.n());
        INDArray y = input(new float[c.outputs()], c.m(), c.n());
        return new Operation(() -> x.mmuli(weight, y), UnaryOperator.identity(), false);
    }

    @Override
    public Contender convolution(ConvolutionCase c) {
        int cells = c.side() * c.side();
        INDArray x = input(OperationCase.transpose(c.x(), cells, c.in()), 1, c.in(), c.side(), c.side());
        INDArray weight = input(c.weight(), c.out(), c.in(), 3, 3);
        INDArray y = input(new float[c.outputs()], 1, c.out(), c.side(), c.side());
        Conv2DConfig config = Conv2DConfig.builder()
                .kH(3)
                .kW(3)
                .sH(1)
                .sW(1)
                .pH(1)
                .pW(1)
                .dH(1)
                .dW(1)
                .paddingMode(PaddingMode.VALID)
                .dataFormat(Conv2DConfig.NCHW)
                .weightsFormat(WeightsFormat.OIYX)
                .build();
        INDArray[] operands = {x, weight};
        INDArray[] results = {y};
        return new Operation(
                () -> Nd4j.exec(new Conv2D(operands, results, config))[0],
                values -> OperationCase.transpose(values, c.out(), cells),
                false);
    }

    @Override
    public Contender crossAttention(CrossAttentionCase c) {
        INDArray q = input(c.q(), c.pixels(), c.channels());
        INDArray k = input(OperationCase.transpose(c.k(), c.words(), c.channels()), c.channels(), c.words());
        INDArray v = input(c.v(), c.words(), c.channels());
        INDArray hidden = input(c.hidden(), 1, c.words());
        double scale = 1 / Math.sqrt(c.channels());
        return new Operation(
                () -> {
                    try (INDArray scores = q.mmul(k);
                            INDArray weights =
                                    Nd4j.nn().softmax(scores.muli(scale).addiRowVector(hidden), 1)) {
                        return weights.mmul(v);
                    }
                },
                UnaryOperator.identity(),
                true);
    }

    @Override
    public Contender layerNorm(LayerNormCase c) {
        INDArray x = input(c.x(), c.rows(), c.columns());
        INDArray weight = input(c.weight(), c.columns());
        INDArray bias = input(c.bias(), c.columns());
        INDArray y = input(new float[c.outputs()], c.rows(), c.columns());
        return new Operation(
                () -> Nd4j.exec(new LayerNorm(x, weight, bias, y, false, 1))[0], UnaryOperator.identity(), false);
    }

    @Override
    public Contender softmax(SoftmaxCase c) {
        INDArray x = input(c.x(), c.rows(), c.columns());
        return new Operation(() -> Nd4j.nn().softmax(x, 1), UnaryOperator.identity(), true);
    }

    @Override
    public Contender gelu(GeluCase c) {
        INDArray x = input(c.x(), c.x().length);
        // erf overwrites what it is given.
        return new Operation(
                () -> Nd4j.math().erf(x.mul(1 / Math.sqrt(2))).addi(1).muli(x).muli(0.5),
                UnaryOperator.identity(),
                true);
    }

    @Override
    public Contender resize(ResizeCase c) {
        INDArray x = input(c.x(), 1, c.side(), c.side(), c.channels());
        INDArray y = input(new float[c.outputs()], 1, c.outSide(), c.outSide(), c.channels());
        return new Operation(
                () -> Nd4j.exec(new ResizeBilinear(x, y, c.outSide(), c.outSide(), true, false))[0],
                UnaryOperator.identity(),
                false);
    }

    @Override
    public void close() {
        inputs.forEach(INDArray::close);
    }

    private static final class Operation implements Contender {
        private final Supplier<INDArray> operation;
        private final UnaryOperator<float[]> layout;
        private final boolean allocates;
        private @Nullable INDArray last;

        Operation(Supplier<INDArray> operation, UnaryOperator<float[]> layout, boolean allocates) {
            this.operation = operation;
            this.layout = layout;
            this.allocates = allocates;
        }

        @Override
        public void run() {
            close();
            last = operation.get();
        }

        @Override
        public float[] result() {
            if (last == null) {
                throw new IllegalStateException("nothing was run");
            }
            return layout.apply(last.dup('c').reshape(last.length()).toFloatVector());
        }

        @Override
        public void close() {
            if (last != null && allocates) {
                last.close();
            }
            last = null;
        }
    }
}
