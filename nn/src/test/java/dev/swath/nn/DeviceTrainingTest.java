package dev.swath.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.OpException;
import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.TapeListener;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.bert.BertEncoder;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.AdamW;
import dev.swath.nn.optim.GradientClipping;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.nn.swin.SwinTransformer;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.GoldenRun;
import dev.swath.testkit.PretendedBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training on a device: the same bits as the kernels behind it, no copies inside a step, and the same memory each time. */
class DeviceTrainingTest {
    private static final int STEPS = 3;

    /** Attention in windows and over words, batch statistics, dropout, drop path: everything that has a state or draws. */
    private static final class Tiny extends Module {
        private final SwinTransformer swin =
                child("swin", new SwinTransformer(new SwinConfig(8, List.of(2, 2), List.of(1, 2), 4, 4, 2, 0.5)));
        private final BertEncoder bert =
                child("bert", new BertEncoder(new BertConfig(20, 16, 2, 2, 24, 8, 2, 0.3, 1e-12)));
        private final BatchNorm norm = child("norm", new BatchNorm(16));
        private final Linear head = child("head", new Linear(16, 2, true));

        Var forward(Tape tape, Var image, Tensor ids, Var mask) {
            return call(tape, () -> {
                Var map = swin.forward(tape, image).getLast();
                Var words = Reduce.mean(tape, bert.forward(tape, ids, mask), 1, true);
                Var cells = Reshape.apply(tape, map, map.dim(0), map.dim(1) * map.dim(2), map.dim(3));
                return head.forward(tape, norm.forward(tape, Binary.mul(tape, cells, words)));
            });
        }
    }

    private static final class Run {
        private final Backend backend;
        private final Workspace workspace;
        private final Tiny network = new Tiny();
        private final AdamW optimizer;
        private final GradientClipping clipping;
        private final RandomSource random = new RandomSource(11);
        private final List<Double> figures = new ArrayList<>();
        private List<Storage> addresses = List.of();

        Run(Backend backend) {
            this.backend = backend;
            this.workspace = new Workspace(backend);
            network.initialise(new RandomSource(3));
            network.to(backend);
            this.optimizer = new AdamW(
                    List.of(new ParameterGroup("all", network.namedParameters(), 0.01)),
                    0.9,
                    0.999,
                    1e-8,
                    backend,
                    Parallelism.single());
            this.clipping = new GradientClipping(network.namedParameters().values(), backend, Parallelism.single());
        }

        /** One step; returns the copies that were made in it. */
        Backend.Transfers step(long seed) {
            List<Storage> seen = new ArrayList<>();
            TapeListener listener = new TapeListener() {
                @Override
                public void onOp(String op, String path, Tensor output, long flops) {
                    seen.add(output.storage());
                }
            };
            try (Tape tape = Tape.recording(Tape.Options.of(backend)
                    .withTraining(random)
                    .withWorkspace(workspace)
                    .withListener(listener))) {
                Var image = tape.constant(random(seed, 2, 18, 21, 3));
                Tensor ids = tape.indices(Tensor.of(new long[] {1, 5, 9, 2, 1, 7, 7, 2}, 2, 4), 20);
                Var mask = tape.constant(Tensor.of(new float[] {1, 1, 1, 0, 1, 1, 1, 1}, 2, 4));
                Tensor target = tape.indices(
                        Tensor.of(new long[] {1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 0, 1, 0, 0, 1}, 2, 9), 2);
                optimizer.learningRate(0.01);
                optimizer.zeroGrad();
                Backend.Transfers before = backend.transfers();
                Var loss = SegmentationLoss.published().forward(tape, network.forward(tape, image, ids, mask), target);
                tape.backward(loss);
                clipping.clip(1);
                optimizer.step();
                Backend.Transfers after = backend.transfers();
                figures.add(loss.value().item());
                figures.add(clipping.norm());
                addresses = seen;
                return new Backend.Transfers(
                        after.uploads() - before.uploads(),
                        after.downloads() - before.downloads(),
                        after.bytes() - before.bytes());
            }
        }

        Map<String, double[]> state() {
            Map<String, double[]> out = new LinkedHashMap<>();
            network.stateDict()
                    .names()
                    .forEach(n -> out.put(n, network.stateDict().get(n).toDoubleArray()));
            optimizer
                    .state()
                    .names()
                    .forEach(n ->
                            out.put("optimizer/" + n, optimizer.state().get(n).toDoubleArray()));
            return out;
        }
    }

    private static Tensor random(long seed, int... dims) {
        return Init.truncatedNormal(1).create(Shape.of(dims), new RandomSource(seed));
    }

    @Test
    void threeStepsHaveTheBitsOfTheScalarBackendAndCopyNothing() {
        Run plain = new Run(new ScalarBackend());
        Run device = new Run(new PretendedBackend());
        for (int s = 0; s < STEPS; s++) {
            assertEquals(Backend.Transfers.NONE, plain.step(s));
            assertEquals(Backend.Transfers.NONE, device.step(s), "copies in step " + s);
        }
        assertEquals(plain.figures, device.figures);
        Map<String, double[]> want = plain.state();
        Map<String, double[]> got = device.state();
        assertEquals(want.keySet(), got.keySet());
        assertEquals(STEPS, want.get("norm.num_batches_tracked")[0]);
        want.forEach((name, values) -> assertArrayEquals(values, got.get(name), name));
        assertTrue(
                want.keySet().stream().anyMatch(n -> n.startsWith("optimizer/exp_avg/swin.")),
                want.keySet().toString());
    }

    static Stream<Backend> backends() {
        return GoldenRun.backends();
    }

    /** Kernels that sum in another order: the losses and the moments of each parameter stay near. */
    @ParameterizedTest
    @MethodSource("backends")
    void threeStepsStayNearThoseOfTheScalarBackend(Backend backend) {
        Run plain = new Run(new ScalarBackend());
        Run other = new Run(backend);
        for (int s = 0; s < STEPS; s++) {
            plain.step(s);
            Backend.Transfers copies = other.step(s);
            if (s > 0) { // The first may bring tables there that the others use.
                assertEquals(Backend.Transfers.NONE, copies, "copies in step " + s);
            }
        }
        for (int i = 0; i < plain.figures.size(); i++) {
            assertEquals(plain.figures.get(i), other.figures.get(i), 1e-3 * plain.figures.get(i), "figure " + i);
        }
        Map<String, double[]> want = plain.state();
        Map<String, double[]> got = other.state();
        assertEquals(want.keySet(), got.keySet());
        want.forEach((name, values) -> {
            // The scores' gradient does not depend on the keys' bias: what arrives there is rounding, whose direction
            // AdamW follows.
            if (!name.endsWith("attention.self.key.bias")) {
                assertTrue(
                        distance(values, got.get(name)) <= 1e-2,
                        name + " is off by " + distance(values, got.get(name)));
            }
        });
    }

    private static double distance(double[] want, double[] got) {
        double off = 0;
        double all = 0;
        for (int i = 0; i < want.length; i++) {
            off += (want[i] - got[i]) * (want[i] - got[i]);
            all += want[i] * want[i];
        }
        return Math.sqrt(off / Math.max(all, 1e-12));
    }

    @Test
    void aStepThatHasSettledTakesTheSameAddresses() {
        Run device = new Run(new PretendedBackend());
        for (int s = 0; s < STEPS; s++) {
            device.step(s);
        }
        List<Storage> third = device.addresses;
        long allocations = device.workspace.allocations();
        device.step(3);
        assertEquals(third.size(), device.addresses.size());
        for (int i = 0; i < third.size(); i++) {
            assertTrue(third.get(i) == device.addresses.get(i), "op " + i + " of " + third.size());
        }
        assertEquals(allocations, device.workspace.allocations());
    }

    @Test
    void memoryGoesBackWhenTheWorkspaceCloses() {
        PretendedBackend backend = new PretendedBackend();
        Run device = new Run(backend);
        device.step(0);
        long held = backend.memory().used();
        device.workspace.close();
        assertTrue(backend.memory().used() < held);
        device.step(1);
        device.workspace.close();
        long settled = backend.memory().used();
        for (int i = 2; i < 5; i++) {
            device.step(i);
            device.workspace.close();
            assertEquals(settled, backend.memory().used());
        }
    }

    @Test
    void whatIsOnAnotherDeviceIsRefusedByName() {
        PretendedBackend backend = new PretendedBackend();
        Linear linear = new Linear(2, 1, true);
        linear.initialise(new RandomSource(1));
        Tape tape = Tape.inference(Tape.Options.of(backend));
        Var x = tape.constant(Tensor.zeros(1, 2));
        assertEquals(
                "[linear] weight must be on cuda:0; bring it there by Tape.constant, or a module by Module.to; got f32[1, 2]"
                        + " on cpu",
                assertThrows(OpException.class, () -> linear.forward(tape, x)).getMessage());
        linear.to(new PretendedBackend(1));
        OpException other = assertThrows(OpException.class, () -> linear.forward(tape, x));
        assertTrue(other.getMessage().endsWith("got f32[1, 2] on cuda:1"), other.getMessage());
        linear.to(backend);
        assertEquals(
                linear.bias().value().item(), linear.forward(tape, x).value().item());
        linear.to(new ScalarBackend());
        assertEquals("f32[1, 2] on cpu", linear.weight().value().describe());
    }
}
