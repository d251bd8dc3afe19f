package dev.swath.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.swath.autograd.RandomSource;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.Init;
import dev.swath.nn.Module;
import dev.swath.nn.Parameter;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerTest {
    /** Parameters without a network. */
    private static final class Loose extends Module {
        Parameter add(String name, Tensor value) {
            Parameter p = parameter(name, value.shape(), Init.constant(0));
            p.set(value.copy());
            return p;
        }
    }

    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void fiveSteps(Backend backend) {
        Golden golden = Golden.of("adamw_5_steps");
        Map<String, Object> decay = Json.asObject(golden.config().get("weight_decay"), "weight_decay");
        Loose loose = new Loose();
        List<ParameterGroup> groups = new ArrayList<>();
        for (String name : golden.under("param/").names()) {
            Parameter p = loose.add(name, golden.tensor("param/" + name));
            groups.add(new ParameterGroup(name, Map.of(name, p), Json.asDouble(decay.get(name), name)));
        }
        loose.to(backend);
        AdamW adam = new AdamW(groups, 0.9, 0.999, 1e-8, backend, Parallelism.single());
        PolySchedule schedule =
                PolySchedule.published(Json.asDouble(golden.config().get("lr"), "lr"), golden.config("total_steps"));
        Map<String, Parameter> named = loose.namedParameters();
        for (int step = 0; step < 5; step++) {
            StateDict gradients = golden.under("grad" + step + "/");
            for (String name : gradients.names()) {
                named.get(name).setGrad(backend.upload(gradients.get(name)));
            }
            adam.step(schedule.at(step));
            StateDict after = golden.under("after" + step + "/");
            for (String name : after.names()) {
                Golden.assertClose(
                        "after" + step + "/" + name,
                        after.get(name),
                        named.get(name).value(),
                        golden.tolerance("out"));
            }
            adam.zeroGrad();
            named.values().forEach(p -> assertNull(p.grad()));
        }
        for (String kind : List.of("exp_avg/", "exp_avg_sq/")) {
            for (String name : golden.under(kind).names()) {
                Golden.assertClose(
                        kind + name,
                        golden.tensor(kind + name),
                        adam.state().get(kind + name),
                        golden.tolerance("out"));
            }
        }
        assertEquals(5, adam.state().get("step/a").item());
        assertEquals(9, adam.state().size(), "the idle parameter has no state");
    }

    @Test
    void polynomialSchedule() {
        Golden golden = Golden.of("poly_lr");
        for (Object o : Json.asList(golden.description().get("rows"), "rows")) {
            Map<String, Object> row = Json.asObject(o, "row");
            PolySchedule schedule = PolySchedule.published(
                    Json.asDouble(row.get("base"), "base"), Json.asInt(row.get("total"), "total"));
            double want = Json.asDouble(row.get("lr"), "lr");
            assertEquals(want, schedule.at(Json.asInt(row.get("step"), "step")), golden.tolerance("out") * want);
        }
        assertEquals(0, PolySchedule.published(1, 3).at(7));
        assertThrows(IllegalArgumentException.class, () -> PolySchedule.published(1, 0));
    }

    private static final int SIZE = 100_003;

    private static Loose random(long seed, Backend backend) {
        Loose loose = new Loose();
        RandomSource random = new RandomSource(seed);
        for (int i = 0; i < 3; i++) {
            loose.add("p" + i, Init.truncatedNormal(0.5).create(Shape.of(i == 0 ? SIZE : i * 7), random));
        }
        loose.to(backend);
        return loose;
    }

    private static AdamW optimizer(Loose loose, Backend backend, Parallelism p) {
        return new AdamW(
                List.of(new ParameterGroup("all", loose.namedParameters(), 0.1)), 0.9, 0.999, 1e-8, backend, p);
    }

    private static void gradients(Loose loose, Backend backend, int step) {
        RandomSource random = new RandomSource(1000 + step);
        loose.namedParameters()
                .values()
                .forEach(p -> p.setGrad(backend.upload(Init.truncatedNormal(0.3).create(p.shape(), random))));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void isTheSameOnTwoThreadsAndAfterAResume(Backend backend) {
        Loose one = random(1, backend);
        AdamW a = optimizer(one, backend, Parallelism.single());
        for (int s = 0; s < 4; s++) {
            gradients(one, backend, s);
            a.step(0.01);
        }
        Loose two = random(1, backend);
        try (Parallelism threads = Parallelism.ofThreads(2)) {
            AdamW b = optimizer(two, backend, threads);
            for (int s = 0; s < 2; s++) {
                gradients(two, backend, s);
                b.step(0.01);
            }
            StateDict saved = b.state();
            AdamW c = optimizer(two, backend, threads);
            c.restore(saved);
            for (int s = 2; s < 4; s++) {
                gradients(two, backend, s);
                c.step(0.01);
            }
        }
        for (String name : one.namedParameters().keySet()) {
            assertArrayEquals(
                    one.namedParameters().get(name).value().toFloatArray(),
                    two.namedParameters().get(name).value().toFloatArray(),
                    name);
        }
    }

    /** Scaled while they are read, gradients give the bits that they give scaled in memory, and stay as they are. */
    @ParameterizedTest
    @MethodSource("backends")
    void aStepClipsAsClippingDoes(Backend backend) {
        for (double bound : new double[] {0.7, 1e9}) {
            Loose apart = random(1, backend);
            Loose joint = random(1, backend);
            AdamW a = optimizer(apart, backend, Parallelism.single());
            AdamW b = optimizer(joint, backend, Parallelism.single());
            for (int s = 0; s < 2; s++) {
                gradients(apart, backend, s);
                gradients(joint, backend, s);
                Tensor given = joint.namedParameters().get("p0").grad().copy();
                GradientClipping first =
                        new GradientClipping(apart.namedParameters().values(), backend, Parallelism.single());
                GradientClipping second =
                        new GradientClipping(joint.namedParameters().values(), backend, Parallelism.single());
                first.clip(bound);
                a.step(0.01);
                b.learningRate(0.01);
                b.step(second, bound);
                assertEquals(first.norm(), second.norm());
                assertArrayEquals(
                        given.toFloatArray(),
                        joint.namedParameters().get("p0").grad().toFloatArray());
            }
            a.state()
                    .names()
                    .forEach(name -> assertArrayEquals(
                            a.state().get(name).toDoubleArray(),
                            b.state().get(name).toDoubleArray(),
                            name));
            apart.namedParameters()
                    .forEach((name, p) -> assertArrayEquals(
                            p.value().toFloatArray(),
                            joint.namedParameters().get(name).value().toFloatArray(),
                            name));
        }
    }

    @Test
    void refusesAWrongState() {
        Backend backend = backends().findFirst().orElseThrow();
        AdamW adam = optimizer(random(1, backend), backend, Parallelism.single());
        StateDict stranger = new StateDict().put("step/q", Tensor.of(new long[] {1}));
        assertEquals(
                "[adamw] the state must be of parameters of the groups; got 'q'",
                assertThrows(OptimizerException.class, () -> adam.restore(stranger))
                        .getMessage());
        StateDict half = new StateDict().put("step/p1", Tensor.of(new long[] {1}));
        assertEquals(
                "[adamw] the state must hold 'exp_avg/p1'; got none",
                assertThrows(OptimizerException.class, () -> adam.restore(half)).getMessage());
        StateDict narrow = new StateDict()
                .put("step/p1", Tensor.of(new long[] {1}))
                .put("exp_avg/p1", Tensor.zeros(3))
                .put("exp_avg_sq/p1", Tensor.zeros(7));
        assertEquals(
                "[adamw] 'exp_avg/p1' must have the parameter's shape [7]; got [3]",
                assertThrows(OptimizerException.class, () -> adam.restore(narrow))
                        .getMessage());
    }

    @ParameterizedTest
    @MethodSource("backends")
    void clipsByTheCommonNorm(Backend backend) {
        Loose loose = new Loose();
        Parameter a = loose.add("a", Tensor.zeros(2));
        Parameter b = loose.add("b", Tensor.zeros(1));
        loose.add("none", Tensor.zeros(1));
        a.setGrad(backend.upload(Tensor.of(new float[] {2, 3}, 2)));
        b.setGrad(backend.upload(Tensor.of(new float[] {6}, 1)));
        GradientClipping clipping =
                new GradientClipping(loose.namedParameters().values(), backend, Parallelism.single());
        clipping.clip(8);
        assertEquals(7, clipping.norm(), 1e-12);
        assertArrayEquals(new float[] {2, 3}, a.grad().toFloatArray());
        clipping.clip(3.5);
        assertEquals(7, clipping.norm(), 1e-12);
        assertArrayEquals(new float[] {1, 1.5f}, a.grad().toFloatArray());
        assertArrayEquals(new float[] {3}, b.grad().toFloatArray());
        clipping.measure();
        assertEquals(3.5, clipping.norm(), 1e-12);
    }
}
