package dev.swath.testkit;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.AdaptiveAvgPool;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Conv2d;
import dev.swath.autograd.ops.InstanceNorm;
import dev.swath.autograd.ops.LayerNorm;
import dev.swath.autograd.ops.Linear;
import dev.swath.autograd.ops.MatMul;
import dev.swath.autograd.ops.Permute;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Resize;
import dev.swath.autograd.ops.Roll;
import dev.swath.autograd.ops.Softmax;
import dev.swath.autograd.ops.Unary;
import dev.swath.files.json.Json;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Backend;
import dev.swath.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenOpsTest {
    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    private static Stream<Arguments> on(String... names) {
        return Stream.of(names).flatMap(n -> backends().map(b -> Arguments.of(n, b)));
    }

    static Stream<Arguments> convolutions() {
        return on(
                "op_conv2d_k1",
                "op_conv2d_k1_nobias",
                "op_conv2d_k3_pad1",
                "op_conv2d_k3_pad1_bias",
                "op_conv2d_k3_stride2_pad1",
                "op_conv2d_k3_two_to_one",
                "op_conv2d_k4_stride4");
    }

    static Stream<Arguments> layerNorms() {
        return on("op_layer_norm_eps1e-5", "op_layer_norm_eps1e-12");
    }

    static Stream<Arguments> resizes() {
        return on("op_bilinear_align_true", "op_bilinear_align_false", "op_adaptive_avg_pool");
    }

    private static Var last(Tape t, Var x) {
        return Permute.apply(t, x, 0, 2, 3, 1);
    }

    private static Var first(Tape t, Var x) {
        return Permute.apply(t, x, 0, 3, 1, 2);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void matmul(Backend backend) {
        GoldenRun run = new GoldenRun(Golden.of("op_matmul"), backend);
        Tape t = run.tape();
        run.output("ab", MatMul.apply(t, run.input("a"), run.input("b")));
        run.output("act", MatMul.apply(t, run.input("a"), Permute.apply(t, run.input("c"), 0, 1, 3, 2)));
        run.output("lin", Linear.apply(t, run.input("a"), run.input("w"), run.input("bias")));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void elementwise(Backend backend) {
        GoldenRun run = new GoldenRun(Golden.of("op_elementwise"), backend);
        Tape t = run.tape();
        Var x = run.input("x");
        run.output("gelu", Unary.gelu(t, x));
        run.output("relu", Unary.relu(t, x));
        run.output("tanh", Unary.tanh(t, x));
        run.output("sigmoid", Unary.sigmoid(t, x));
        run.output("hsigmoid", Unary.apply(t, x, Activation.HARD_SIGMOID));
        // min(x, 20) = 20 - relu(20 - x)
        Var twenty = t.number(DType.F32, 20);
        run.output(
                "exp", Unary.apply(t, Binary.sub(t, twenty, Unary.relu(t, Binary.sub(t, twenty, x))), Activation.EXP));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void softmax(Backend backend) {
        GoldenRun run = new GoldenRun(Golden.of("op_softmax"), backend);
        run.output("softmax", Softmax.apply(run.tape(), run.input("x")));
        run.output("log_softmax", Softmax.log(run.tape(), run.input("x")));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("layerNorms")
    void layerNorm(String name, Backend backend) {
        GoldenRun run = new GoldenRun(Golden.of(name), backend);
        double eps = name.endsWith("12") ? 1e-12 : 1e-5;
        run.output("y", LayerNorm.apply(run.tape(), run.input("x"), run.input("weight"), run.input("bias"), eps));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void instanceNorm(Backend backend) {
        GoldenRun run = new GoldenRun(Golden.of("op_instance_norm"), backend);
        Tape t = run.tape();
        run.output(
                "y", Permute.apply(t, InstanceNorm.apply(t, Permute.apply(t, run.input("x"), 0, 2, 1), 1e-5), 0, 2, 1));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("convolutions")
    void conv2d(String name, Backend backend) {
        Golden golden = Golden.of(name);
        GoldenRun run = new GoldenRun(golden, backend);
        Tape t = run.tape();
        Var bias = Boolean.TRUE.equals(golden.config().get("bias")) ? run.parameter("bias") : null;
        Var y = Conv2d.apply(
                t,
                List.of(last(t, run.input("x"))),
                run.parameter("weight"),
                bias,
                Activation.IDENTITY,
                golden.config("stride"),
                golden.config("padding"));
        run.output("y", first(t, y));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("resizes")
    void resize(String name, Backend backend) {
        Golden golden = Golden.of(name);
        GoldenRun run = new GoldenRun(golden, backend);
        Tape t = run.tape();
        Map<String, Object> targets = Json.asObject(golden.config().get("target"), "target");
        targets.forEach((key, value) -> {
            int h = Json.asInt(Json.asList(value, key).get(0), key);
            int w = Json.asInt(Json.asList(value, key).get(1), key);
            Var x = last(t, run.input(key));
            Var y = name.equals("op_adaptive_avg_pool")
                    ? AdaptiveAvgPool.apply(t, x, h, w)
                    : Resize.bilinear(t, x, h, w, name.endsWith("true"));
            run.output(key, first(t, y));
        });
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void rollAndWindows(Backend backend) {
        GoldenRun run = new GoldenRun(Golden.of("op_roll_window"), backend);
        Tape t = run.tape();
        Var x = run.input("x");
        Var rolled = Reshape.apply(t, Roll.apply(t, x, -2, -2), 2, 2, 4, 3, 4, 3);
        Var windows = Reshape.apply(t, Permute.apply(t, rolled, 0, 1, 3, 2, 4, 5), 12, 16, 3);
        run.output("windows", windows);
        Var grid = Reshape.apply(
                t, Permute.apply(t, Reshape.apply(t, windows, 2, 2, 3, 4, 4, 3), 0, 1, 3, 2, 4, 5), 2, 8, 12, 3);
        run.output("back", Binary.mul(t, Roll.apply(t, grid, 2, 2), t.number(DType.F32, 2)));
        run.backward();
    }
}
