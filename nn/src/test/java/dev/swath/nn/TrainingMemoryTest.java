package dev.swath.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.Hook;
import dev.swath.autograd.OpException;
import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.nn.swin.SwinTransformer;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import dev.swath.tensor.TensorException;
import dev.swath.testkit.GoldenRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a recording tape does with memory, randomness and gradients must not show in the results. */
class TrainingMemoryTest {
    /** Swin with drop path and BERT with dropout, joined by what broadcasts and what is a view. */
    private static final class Both extends Module {
        private final SwinTransformer swin =
                child("swin", new SwinTransformer(new SwinConfig(8, List.of(2, 2), List.of(1, 2), 4, 4, 2, 0.5)));
        private final BertEncoder bert =
                child("bert", new BertEncoder(new BertConfig(20, 16, 2, 2, 24, 8, 2, 0.3, 1e-12)));
        private final BatchNorm norm = child("norm", new BatchNorm(16));

        Var forward(Tape tape, Var image, Tensor ids, Var mask) {
            return call(tape, () -> {
                Var map = swin.forward(tape, image).getLast();
                Var words = Reduce.mean(tape, bert.forward(tape, ids, mask), 1, true);
                Var cells = Reshape.apply(tape, map, map.dim(0), map.dim(1) * map.dim(2), map.dim(3));
                Var mixed = norm.forward(tape, Binary.mul(tape, Binary.add(tape, cells, cells), words));
                return Unary.tanh(tape, Binary.add(tape, mixed, cells));
            });
        }
    }

    private static final Tensor IDS = Tensor.of(new long[] {1, 5, 9, 2, 1, 7, 7, 2}, 2, 4);

    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    private static Tensor random(long seed, int... dims) {
        return Init.truncatedNormal(1).create(Shape.of(dims), new RandomSource(seed));
    }

    private static Both network(Backend backend) {
        Both both = new Both();
        both.to(backend);
        both.initialise(new RandomSource(3));
        return both;
    }

    private static Tape.Options options(Backend backend) {
        return Tape.Options.of(backend).withTraining(RandomSource.forStep(11, 4));
    }

    /** Gradients of the parameters and the image, running statistics, and the result, after some steps. */
    private static Map<String, float[]> run(Tape.Options... steps) {
        Both both = network(steps[0].backend());
        Map<String, float[]> out = new LinkedHashMap<>();
        for (Tape.Options step : steps) {
            both.zeroGrad();
            Tape tape = Tape.recording(step);
            Var image = Var.leaf(step.backend().upload(random(5, 2, 18, 21, 3)));
            Var y = both.forward(tape, image, tape.indices(IDS, 20), tape.constant(random(6, 2, 4)));
            tape.backward(y, random(7, y.shape().dims()));
            out.put("y", y.value().toFloatArray());
            out.put("image", image.grad().toFloatArray());
            both.namedParameters().forEach((n, p) -> out.put(n, p.grad().toFloatArray()));
            both.namedBuffers().forEach((n, b) -> out.put(n, b.value().toFloatArray()));
        }
        return out;
    }

    private static void assertSame(Map<String, float[]> want, Map<String, float[]> got) {
        assertEquals(want.keySet(), got.keySet());
        want.forEach((name, values) -> assertArrayEquals(values, got.get(name), name));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void reusedMemoryGivesTheSameBits(Backend backend) {
        Workspace fresh = Workspace.fresh(backend);
        Map<String, float[]> want =
                run(options(backend).withWorkspace(fresh), options(backend).withWorkspace(fresh));
        Workspace reused = new Workspace(backend);
        Workspace poisoned = Workspace.poisoning(backend);
        assertSame(
                want,
                run(options(backend).withWorkspace(reused), options(backend).withWorkspace(reused)));
        assertSame(
                want,
                run(options(backend).withWorkspace(poisoned), options(backend).withWorkspace(poisoned)));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void checkpointsGiveTheSameBitsInLessMemory(Backend backend) {
        Workspace plain = new Workspace(backend);
        Map<String, float[]> want = run(options(backend).withWorkspace(plain));
        Workspace small = Workspace.poisoning(backend);
        assertSame(want, run(options(backend).withWorkspace(small).withCheckpointing(true)));
        assertTrue(small.peakBytes() < plain.peakBytes(), small.peakBytes() + " of " + plain.peakBytes());
    }

    @ParameterizedTest
    @MethodSource("backends")
    void threadsGiveTheSameBits(Backend backend) {
        try (Parallelism two = Parallelism.ofThreads(2)) {
            assertSame(run(options(backend)), run(options(backend).withParallelism(two)));
        }
    }

    @Test
    void theSecondStepAllocatesNothing() {
        Backend backend = backends().findFirst().orElseThrow();
        Workspace workspace = new Workspace(backend);
        run(options(backend).withWorkspace(workspace));
        long after = workspace.bytes();
        Both both = network(backend);
        Tensor kept = null;
        for (int i = 0; i < 3; i++) {
            both.zeroGrad();
            Tape tape = Tape.recording(options(backend).withWorkspace(workspace));
            Var y = both.forward(tape, Var.leaf(random(5, 2, 18, 21, 3)), IDS, Var.constant(random(6, 2, 4)));
            tape.backward(y, random(7, y.shape().dims()));
            Tensor gradient = both.namedParameters().values().iterator().next().grad();
            assertTrue(kept == null || kept.storage() == gradient.storage(), "a gradient's memory is used again");
            kept = gradient;
        }
        assertTrue(workspace.bytes() <= after, workspace.bytes() + " after " + after);
    }

    @Test
    void dropoutDependsOnSeedAndStepAlone() {
        Backend backend = backends().findFirst().orElseThrow();
        Map<String, float[]> one = run(options(backend));
        assertSame(one, run(options(backend)));
        Map<String, float[]> other = run(options(backend).withTraining(RandomSource.forStep(11, 5)));
        assertTrue(!Arrays.equals(one.get("y"), other.get("y")));
        RandomSource a = new RandomSource(9);
        a.next();
        RandomSource b = new RandomSource(a.seed(), a.draws());
        assertEquals(a.next().nextLong(), b.next().nextLong());
        // Neighbouring generators must not be shifted copies of each other.
        RandomGenerator first = new RandomSource(9).next();
        first.nextLong();
        RandomSource c = new RandomSource(9, 1);
        assertTrue(first.nextLong() != c.next().nextLong());
    }

    @Test
    void whatIsReadAfterwardsMustBeRetained() {
        Tape tape = Tape.recording(options(backends().findFirst().orElseThrow()));
        Var x = Var.leaf(Tensor.of(new float[] {1, 2}, 2));
        Var a = Unary.apply(tape, x, Activation.EXP);
        Var b = tape.retain(Reshape.apply(tape, a, 1, 2));
        Var c = Reduce.sum(tape, a, 0, false);
        tape.backward(c);
        assertEquals(Math.E, b.value().get(0, 0), 1e-6);
        assertEquals(Math.E + Math.E * Math.E, c.value().item(), 1e-5);
        assertEquals(
                "[copy] a value that is read after the backward pass must be passed to Tape.retain before it; got f32[2] that"
                        + " the pass has freed",
                assertThrows(TensorException.class, () -> a.value().toFloatArray())
                        .getMessage());
        for (Consumer<Tensor> read : List.<Consumer<Tensor>>of(
                Tensor::copy, t -> t.get(0), t -> t.slice(0, 0, 1).item(), Tensor::toBytes)) {
            TensorException e = assertThrows(TensorException.class, () -> read.accept(a.value()));
            assertTrue(e.getMessage().contains("must be passed to Tape.retain"), e.getMessage());
        }
        OpException used = assertThrows(OpException.class, () -> Unary.tanh(tape, a));
        assertEquals(
                "[tanh] a value that is read after the backward pass must be passed to Tape.retain before it; got x f32[2]"
                        + " that the pass has freed",
                used.getMessage());
        OpException unset = assertThrows(
                OpException.class, () -> new Linear(2, 1, true).forward(tape, Var.leaf(Tensor.zeros(1, 2))));
        assertEquals(
                "[linear] a parameter must be loaded or initialised before it is read; got weight f32[1, 2] that has no value"
                        + " yet",
                unset.getMessage());
    }

    @Test
    void noGradientFlowsWhereNoneIsRecorded() {
        Tape tape = Tape.recording(options(backends().findFirst().orElseThrow()));
        Var x = Var.leaf(Tensor.of(new float[] {2}, 1));
        Var constant;
        try (Tape.NoGrad quiet = tape.noGrad()) {
            assertNotNull(quiet);
            constant = Binary.mul(tape, x, x);
            assertTrue(!constant.requiresGrad());
        }
        Var y = Binary.mul(tape, constant, x);
        tape.backward(y);
        assertArrayEquals(new float[] {4}, x.grad().toFloatArray());
        assertEquals(8, y.value().item());
    }

    @Test
    void gradientsOfSeveralTapesAddUp() {
        Backend backend = backends().findFirst().orElseThrow();
        Var x = Var.leaf(Tensor.of(new float[] {3}, 1));
        for (int i = 0; i < 2; i++) {
            Tape tape = Tape.recording(options(backend));
            tape.backward(Binary.mul(tape, x, x), 0.5);
        }
        assertArrayEquals(new float[] {6}, x.grad().toFloatArray());
        x.zeroGrad();
        assertNull(x.grad());
    }

    @Test
    void aFrozenParameterGetsNoGradient() {
        Backend backend = backends().findFirst().orElseThrow();
        Linear linear = new Linear(2, 1, true);
        linear.initialise(new RandomSource(1));
        linear.weight().freeze(true);
        Tape tape = Tape.recording(options(backend));
        tape.backward(linear.forward(tape, Var.leaf(Tensor.of(new float[] {1, 2}, 1, 2))));
        assertNull(linear.weight().grad());
        assertArrayEquals(new float[] {1}, linear.bias().grad().toFloatArray());
    }

    @Test
    void hooksSeeAndChangeGradients() {
        Backend backend = backends().findFirst().orElseThrow();
        Var x = Var.leaf(Tensor.of(new float[] {3}, 1));
        List<Double> seen = new ArrayList<>();
        Hook leaf = x.onGradient(g -> seen.add(g.get(0)));
        Tape tape = Tape.recording(options(backend));
        Var y = Binary.mul(tape, x, x);
        y.onGradient(g -> g.set(g.get(0) * 10, 0));
        tape.backward(Binary.add(tape, y, y));
        assertEquals(List.of(120.0), seen);
        leaf.close();
        Tape second = Tape.recording(options(backend));
        second.backward(Binary.mul(second, x, x));
        assertEquals(1, seen.size());
    }

    @Test
    void theOpThatFirstMakesANanIsNamed() {
        Backend backend = backends().findFirst().orElseThrow();
        Linear linear = new Linear(2, 2, true);
        linear.initialise(new RandomSource(1));
        Tape tape = Tape.recording(options(backend).withNanCheck());
        Var x = Var.leaf(Tensor.of(new float[] {1, Float.NaN}, 1, 2));
        assertEquals(
                "[linear] the result must have no NaN; got 2 of 2 elements of f32[1, 2] on cpu; at encoder",
                assertThrows(OpException.class, () -> tape.scope("encoder", () -> linear.forward(tape, x)))
                        .getMessage());
        Tape backward = Tape.recording(options(backend).withNanCheck());
        Var z = Var.leaf(Tensor.of(new float[] {0}, 1));
        Var q = Binary.div(backward, Var.constant(Tensor.of(new float[] {1}, 1)), z);
        // The quotient is infinite, and its gradient 0 times that.
        assertEquals(
                "[div backward] the gradient of input 1 must have no NaN; got 1 of 1 elements of f32[1] on cpu",
                assertThrows(OpException.class, () -> backward.backward(q, Tensor.zeros(1)))
                        .getMessage());
    }
}
