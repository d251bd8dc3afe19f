package dev.swath.fianet.model.parts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Permute;
import dev.swath.autograd.ops.Reshape;
import dev.swath.fianet.model.GoldenModule;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.nn.Parameter;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenPartsTest {
    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    private static Stream<Arguments> on(String... names) {
        return Stream.of(names).flatMap(n -> backends().map(b -> Arguments.of(n, b)));
    }

    static Stream<Arguments> receptives() {
        return on("rmsin_receptive_eval", "rmsin_receptive_train");
    }

    static Stream<Arguments> interactions() {
        return on("rmsin_cim_eval", "rmsin_cim_train");
    }

    private static Var last(Tape t, Var x) {
        return Permute.apply(t, x, 0, 2, 3, 1);
    }

    private static Var first(Tape t, Var x) {
        return Permute.apply(t, x, 0, 3, 1, 2);
    }

    @ParameterizedTest
    @MethodSource("receptives")
    void receptiveBranch(String name, Backend backend) {
        Golden g = Golden.of(name);
        GoldenRun run = new GoldenRun(g, backend);
        Tape t = run.tape();
        ReceptiveBranch branch = new ReceptiveBranch();
        new GoldenModule(g, run).load(branch);
        Var x = run.input("x");
        int side = (int) Math.sqrt(x.dim(1));
        Var y = branch.forward(t, Reshape.apply(t, x, x.dim(0), side, side, x.dim(2)));
        run.output("y", Reshape.apply(t, y, x.shape().dims()));
        run.backward();
        new GoldenModule(g, run).checkBuffers(branch);
        branch.namedParameters().forEach((n, p) -> {
            // The case's tolerance is that of 1x1 convolutions before a batch norm, whose gradient is rounding alone.
            if (!n.endsWith("1x1.conv.weight") && !n.endsWith("1x1_2.conv.weight") && !n.endsWith("conv1.weight")) {
                Golden.assertClose(n, g.tensor("grad/param/" + n), Objects.requireNonNull(p.grad()), 1e-3);
            }
        });
        Golden.assertClose("x", g.tensor("grad/in/x"), Objects.requireNonNull(x.grad()), 1e-4);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void tapRotation(Backend backend) {
        Golden g = Golden.of("rmsin_tap_rotation");
        GoldenRun run = new GoldenRun(g, backend);
        TapRotation rotation = new TapRotation();
        rotation.to(backend);
        Var theta = run.input("theta");
        run.output("y", rotation.forward(run.tape(), Reshape.apply(run.tape(), theta, theta.dim(0), 1)));
        run.backward();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void rotatedConvolution(Backend backend) {
        Golden g = Golden.of("rmsin_rotated_conv");
        GoldenRun run = new GoldenRun(g, backend);
        RotatedConv2d conv = new RotatedConv2d(g.config("dim"), 0);
        new GoldenModule(g, run).load(conv);
        run.output("y", first(run.tape(), conv.forward(run.tape(), last(run.tape(), run.input("x")))));
        run.backward();
    }

    private static CrossScaleInteraction interaction(Golden g) {
        List<Integer> widths = Json.asList(g.config().get("widths"), "widths").stream()
                .map(v -> Json.asInt(v, "widths"))
                .toList();
        CrossScaleConfig config = new CrossScaleConfig(g.config("side"), g.config("heads"), g.config("key"));
        assertEquals(g.config("tokens_in"), config.tokens());
        return new CrossScaleInteraction(widths, config);
    }

    /** The maps as the cases have them, channels first, through the module. */
    private static List<Var> outputs(Tape t, CrossScaleInteraction cim, List<Var> maps) {
        return cim.forward(t, maps.stream().map(m -> last(t, m)).toList()).stream()
                .map(m -> first(t, m))
                .toList();
    }

    private static List<Var> checkedOutputs(GoldenRun run, CrossScaleInteraction cim) {
        List<Var> maps = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            maps.add(run.input("map" + i));
        }
        List<Var> out = outputs(run.tape(), cim, maps);
        for (int i = 0; i < 4; i++) {
            run.output("map" + i, out.get(i));
        }
        return out;
    }

    @ParameterizedTest
    @MethodSource("interactions")
    void crossScaleInteraction(String name, Backend backend) {
        Golden g = Golden.of(name);
        GoldenRun run = new GoldenRun(g, backend);
        CrossScaleInteraction cim = interaction(g);
        new GoldenModule(g, run).load(cim);
        checkedOutputs(run, cim);
        run.backward();
        new GoldenModule(g, run).checkBuffers(cim);
    }

    /**
     * Of this case's gradients those behind the second attention's projection count. The others are not the derivatives of its
     * outputs: their differences, taken here along one map, say so.
     */
    @ParameterizedTest
    @MethodSource("backends")
    void crossScaleInteractionOfThePublishedHeads(Backend backend) {
        Golden g = Golden.of("rmsin_cim_published_heads");
        GoldenRun run = new GoldenRun(g, backend);
        CrossScaleInteraction cim = interaction(g);
        new GoldenModule(g, run).load(cim);
        List<Tensor> cotangents = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            cotangents.add(g.tensor("cot/map" + i));
        }
        run.tape().backward(checkedOutputs(run, cim), cotangents);
        int checked = 0;
        for (Map.Entry<String, Parameter> p : cim.namedParameters().entrySet()) {
            if (p.getKey().matches("(up_channel|bn|fusion|block\\.0\\.(ff|csa2\\.m\\.(attention|bn4|conv)))\\..*")) {
                Tensor got = Objects.requireNonNull(p.getValue().grad());
                Golden.assertClose(p.getKey(), g.tensor("grad/param/" + p.getKey()), got, g.tolerance("grad"));
                checked++;
            }
        }
        assertEquals(75, checked);
        Tensor direction = g.tensor("cot/map3");
        double slope = dot(Objects.requireNonNull(run.input("map3").grad()), direction);
        double step = 1e-3;
        double difference =
                (value(g, cim, backend, direction, step) - value(g, cim, backend, direction, -step)) / (2 * step);
        assertEquals(difference, slope, 2e-2 * Math.abs(slope));
    }

    /** The sum over outputs times cotangents, with the coarsest map moved. */
    private static double value(Golden g, CrossScaleInteraction cim, Backend backend, Tensor direction, double by) {
        float[] moved = g.tensor("in/map3").toFloatArray();
        float[] d = direction.toFloatArray();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (float) (by * d[i]);
        }
        try (Tape t = Tape.inference(Tape.Options.of(backend))) {
            List<Var> maps = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Tensor map = g.tensor("in/map" + i);
                maps.add(t.constant(i == 3 ? Tensor.of(moved, map.shape().dims()) : map));
            }
            List<Var> out = outputs(t, cim, maps);
            double sum = 0;
            for (int i = 0; i < 4; i++) {
                sum += dot(out.get(i).value(), g.tensor("cot/map" + i));
            }
            return sum;
        }
    }

    private static double dot(Tensor a, Tensor b) {
        float[] x = a.copy().toFloatArray();
        float[] y = b.toFloatArray();
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }

    @Test
    void publishedSidesHaveTheKnownNumbersOfTokens() {
        assertEquals(314, CrossScaleConfig.PUBLISHED.tokens());
        assertEquals(1080, CrossScaleConfig.PUBLISHED.withSide(28).tokens());
    }
}
