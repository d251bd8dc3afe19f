package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.OpException;
import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.TapeListener;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Dropout;
import dev.swath.autograd.ops.LayerNorm;
import dev.swath.autograd.ops.Linear;
import dev.swath.autograd.ops.Permute;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Softmax;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Recorded;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Memory that passes use again, in the processor's arrays and on a device. */
class WorkspaceTest {
    private static boolean onDevice(Backend backend) {
        return !backend.device().equals(Device.CPU);
    }

    private static boolean same(Backend backend, Storage a, Storage b) {
        return backend instanceof PretendedBackend device ? device.sameMemory(a, b) : a == b;
    }

    /** Takes memory as one module does, gives it back, and tells which it was. */
    private static Storage taken(Tape tape, DType type, int elements) {
        return tape.reading("module", () -> tape.allocate(type, elements).storage());
    }

    @ParameterizedTest
    @MethodSource("dev.swath.testkit.GoldenRun#backends")
    void memoryIsCountedInBytesAndServesEveryType(Backend backend) {
        Workspace workspace = new Workspace(backend);
        try (Tape tape = Tape.inference(Tape.Options.of(backend).withWorkspace(workspace))) {
            Storage first = taken(tape, DType.F32, 1000);
            assertEquals(4000, workspace.bytes());
            assertTrue(same(backend, first, taken(tape, DType.F32, 1000)));
            assertTrue(same(backend, first, taken(tape, DType.F32, 900)));
            assertEquals(1, workspace.allocations());
            // A device has bytes; Java arrays have types.
            for (DType type : List.of(DType.F64, DType.BF16, DType.I64, DType.U8)) {
                long before = workspace.allocations();
                Storage other = taken(tape, type, 4000 / type.bytes());
                assertEquals(type, other.dtype());
                assertEquals(before + (onDevice(backend) ? 0 : 1), workspace.allocations(), type.toString());
                assertTrue(same(backend, other, taken(tape, type, 4000 / type.bytes())));
            }
            assertEquals(onDevice(backend) ? 4000 : 5 * 4000, workspace.bytes());
            assertEquals(4000, workspace.peakBytes());
        }
    }

    @Test
    void whatABranchGaveBackIsNobodysBeforeItIsJoined() {
        try (PretendedBackend device = new PretendedBackend()) {
            Workspace workspace = new Workspace(device);
            try (Tape tape = Tape.inference(Tape.Options.of(device).withWorkspace(workspace));
                    Recorded _ = device.record(() -> {
                        Storage[] inside = new Storage[1];
                        Supplier<Storage> branch = tape.beside(() -> inside[0] = taken(tape, DType.F32, 1000));
                        assertFalse(device.sameMemory(inside[0], taken(tape, DType.F32, 1000)));
                        branch.get();
                        assertTrue(device.sameMemory(inside[0], taken(tape, DType.F32, 1000)));
                    })) {
                assertEquals(2, workspace.allocations());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.swath.testkit.GoldenRun#backends")
    void whatIsMoreThanTheLimitIsRefusedWithASentence(Backend backend) {
        Workspace workspace = Workspace.limited(backend, 10_000);
        try (Tape tape = Tape.inference(Tape.Options.of(backend).withWorkspace(workspace))) {
            OpException e = assertThrows(
                    OpException.class,
                    () -> tape.reading("module", () -> {
                        tape.allocate(DType.F32, 2000);
                        return tape.allocate(DType.F64, 500);
                    }));
            assertEquals(
                    "[workspace] a pass may hold at most 10000 bytes at a time; lower the batch or the size of the"
                            + " image, or use checkpointing; got 4000 bytes beside 8000 in use",
                    e.getMessage());
            // What is free is given back before anything is refused.
            taken(tape, DType.F32, 2400);
            assertEquals(9600, workspace.bytes());
            taken(tape, DType.F64, 1250);
            assertEquals(10_000, workspace.bytes());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.swath.testkit.GoldenRun#backends")
    void trimmingGivesFreeMemoryBack(Backend backend) {
        long before = onDevice(backend) ? backend.memory().used() : 0;
        Workspace workspace = new Workspace(backend);
        try (Tape tape = Tape.inference(Tape.Options.of(backend).withWorkspace(workspace))) {
            tape.reading("module", () -> {
                Tensor held = tape.allocate(DType.F32, 100);
                taken(tape, DType.F32, 5000);
                assertEquals(20_400, workspace.bytes());
                workspace.trim();
                assertEquals(400, workspace.bytes());
                tape.fill(held, 3);
                assertEquals(3, held.copy().get(99));
                return "";
            });
        }
        workspace.close();
        assertEquals(0, workspace.bytes());
        assertEquals(before, onDevice(backend) ? backend.memory().used() : 0);
    }

    /** One step of a small network: the storages of all results but the last, which its user keeps, in order. */
    private static List<Storage> step(Backend backend, Workspace workspace, List<Var> leaves, boolean training) {
        List<Storage> seen = new ArrayList<>();
        TapeListener listener = new TapeListener() {
            @Override
            public void onOp(String op, String path, Tensor output, long flops) {
                seen.add(output.storage());
            }
        };
        Tape.Options options = Tape.Options.of(backend)
                .withWorkspace(workspace)
                .withListener(listener)
                .withTraining(new RandomSource(4));
        try (Tape tape = training ? Tape.recording(options) : Tape.inference(options)) {
            tape.scope("net", () -> {
                Var x = Var.constant(leaves.get(0).value());
                Var h = tape.scope(
                        "hidden", () -> Linear.apply(tape, x, leaves.get(1), leaves.get(2), Activation.GELU, null));
                h = Dropout.apply(tape, h, 0.1);
                h = LayerNorm.apply(tape, h, leaves.get(2), leaves.get(2), 1e-5);
                Var turned = Reshape.apply(tape, Permute.apply(tape, h, 1, 0), 7, 13);
                Var y = Reduce.mean(
                        tape,
                        Reduce.mean(tape, Softmax.apply(tape, Binary.mul(tape, turned, turned)), 0, false),
                        0,
                        false);
                if (training) {
                    tape.backward(y);
                }
                return y;
            });
        }
        return seen.subList(0, seen.size() - 1);
    }

    @ParameterizedTest
    @MethodSource("dev.swath.testkit.GoldenRun#backends")
    void aPassThatHasSettledTakesTheSameAddresses(Backend backend) {
        for (boolean training : new boolean[] {false, true}) {
            Workspace workspace = new Workspace(backend);
            List<Var> leaves = List.of(
                    Var.leaf(backend.upload(ramp(13, 5))),
                    Var.leaf(backend.upload(ramp(7, 5))),
                    Var.leaf(backend.upload(ramp(7))));
            step(backend, workspace, leaves, training);
            List<Storage> second = step(backend, workspace, leaves, training);
            long bytes = workspace.bytes();
            long allocations = workspace.allocations();
            List<Storage> third = step(backend, workspace, leaves, training);
            assertEquals(second.size(), third.size());
            for (int i = 0; i < second.size(); i++) {
                assertTrue(same(backend, second.get(i), third.get(i)), "result " + i + (training ? ", training" : ""));
            }
            assertEquals(bytes, workspace.bytes());
            // On the processor the result that its user keeps is a new one each time.
            assertEquals(allocations + (onDevice(backend) ? 0 : 1), workspace.allocations());
            workspace.close();
        }
    }

    private static Tensor ramp(int... dims) {
        Tensor x = Tensor.zeros(dims);
        float[] values = new float[(int) x.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 7 % 11) / 5f - 1;
        }
        return Tensor.of(values, dims);
    }
}
