package dev.swath.bench.peers;

import static org.junit.jupiter.api.Assertions.assertThrows;

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
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every engine computes what it is measured on; for ND4J see {@link Nd4jEngineTest}. */
class EnginesTest {
    private static void check(String name, OperationCase operation, Function<Engine, Contender> prepare) {
        try (Engine engine = Engines.open(name, 1);
                Contender contender = prepare.apply(engine)) {
            contender.run();
            contender.run();
            operation.check(name, contender.result());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Engines.SWATH, Engines.SCALAR, Engines.LIBTORCH, Engines.ONNXRUNTIME})
    void commonOperations(String name) {
        checkCommon(name);
    }

    /** The operations that all engines have. */
    static void checkCommon(String name) {
        LinearCase linear = new LinearCase("37x41x53");
        check(name, linear, engine -> engine.linear(linear));
        ConvolutionCase convolution = new ConvolutionCase("24x40x13");
        check(name, convolution, engine -> engine.convolution(convolution));
        CrossAttentionCase crossAttention = new CrossAttentionCase("45x20x24");
        check(name, crossAttention, engine -> engine.crossAttention(crossAttention));
        LayerNormCase layerNorm = new LayerNormCase("19x67");
        check(name, layerNorm, engine -> engine.layerNorm(layerNorm));
        SoftmaxCase softmax = new SoftmaxCase("23x37");
        check(name, softmax, engine -> engine.softmax(softmax));
        GeluCase gelu = new GeluCase("1001");
        check(name, gelu, engine -> engine.gelu(gelu));
        ResizeCase resize = new ResizeCase("7x17x5");
        check(name, resize, engine -> engine.resize(resize));
    }

    @ParameterizedTest
    @ValueSource(strings = {Engines.SWATH, Engines.SCALAR, Engines.LIBTORCH, Engines.ONNXRUNTIME})
    void operationsOfTheNetworkAlone(String name) {
        InstanceNormCase instanceNorm = new InstanceNormCase("29x35");
        check(name, instanceNorm, engine -> engine.instanceNorm(instanceNorm));
        for (String shape : new String[] {"24x16x2x0", "24x16x2x6", "15x16x4x0", "15x16x4x6"}) {
            WindowAttentionCase windows = new WindowAttentionCase(shape);
            check(name, windows, engine -> engine.windowAttention(windows));
        }
    }

    @Test
    void aWrongResultIsFound() {
        LinearCase linear = new LinearCase("3x4x5");
        float[] result = new float[12];
        for (int i = 0; i < result.length; i++) {
            result[i] = (float) linear.expected(i);
        }
        linear.check("right", result);
        result[11] += 0.01f;
        assertThrows(IllegalStateException.class, () -> linear.check("wrong", result));
    }
}
