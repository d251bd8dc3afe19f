package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.OpException;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.LayerNorm;
import dev.swath.autograd.ops.Linear;
import dev.swath.autograd.ops.Permute;
import dev.swath.autograd.ops.Reduce;
import dev.swath.autograd.ops.Reshape;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.kernels.UnaryKernel;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.DeviceStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import dev.swath.tensor.TensorException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The device that is none: that it catches what it is there to catch. */
class PretendedDeviceTest {
    private final PretendedBackend backend = new PretendedBackend();

    private static Tensor counted(int... dims) {
        float[] x = new float[(int) Shape.of(dims).elements()];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
        }
        return Tensor.of(x, dims);
    }

    private static void says(String sentence, Executable call) {
        String message = assertThrows(RuntimeException.class, call).getMessage();
        assertTrue(message.contains(sentence), message);
    }

    @Test
    void copiesOverTheBorderAreCounted() {
        assertEquals(new Backend.Transfers(0, 0, 0), backend.transfers());
        Tensor there = backend.upload(counted(2, 3));
        assertEquals(new Backend.Transfers(1, 0, 24), backend.transfers());
        assertArrayEquals(
                new float[] {0, 1, 2, 3, 4, 5}, backend.download(there).toFloatArray());
        assertEquals(new Backend.Transfers(1, 1, 48), backend.transfers());
        there.select(0, 1).copy();
        assertEquals(new Backend.Transfers(1, 2, 60), backend.transfers());
    }

    @Test
    void aPassMakesNone() {
        Tape tape = Tape.recording(Tape.Options.of(backend));
        Var x = tape.constant(counted(4, 3));
        Var weight = Var.leaf(backend.upload(counted(5, 3)));
        Var bias = Var.leaf(backend.upload(counted(5)));
        Backend.Transfers before = backend.transfers();
        Var y = LayerNorm.apply(tape, Linear.apply(tape, x, weight, bias, Activation.GELU, null), bias, bias, 1e-5);
        Var flat = Reshape.apply(tape, Permute.apply(tape, Binary.mul(tape, y, y), 1, 0), -1);
        tape.backward(Reduce.mean(tape, flat, 0, false));
        assertEquals(before, backend.transfers());
        assertEquals(backend.device(), weight.grad().device());
    }

    @Test
    void viewsAreCopiedAsTheyLie() {
        Tensor there = backend.upload(counted(2, 3));
        assertArrayEquals(
                new float[] {0, 3, 1, 4, 2, 5}, there.permute(1, 0).copy().toFloatArray());
        assertArrayEquals(new float[] {3, 4, 5}, there.slice(0, 1, 2).copy().toFloatArray());
        assertArrayEquals(new float[] {1, 2, 4, 5}, there.slice(1, 1, 3).copy().toFloatArray());
        assertArrayEquals(new float[] {2, 5}, there.select(1, 2).copy().toFloatArray());
        assertArrayEquals(
                new float[] {3, 4, 5, 3, 4, 5},
                there.slice(0, 1, 2).expand(Shape.of(2, 3)).copy().toFloatArray());
        assertEquals(5, there.slice(0, 1, 2).slice(1, 2, 3).item());
    }

    @Test
    void viewsAreWrittenIntoAndWhatLiesBetweenStays() {
        Tensor there = backend.upload(counted(2, 3));
        there.select(1, 1).copyFrom(Tensor.of(new float[] {10, 40}, 2));
        assertArrayEquals(new float[] {0, 10, 2, 3, 40, 5}, there.toFloatArray());
        there.permute(1, 0).slice(0, 1, 3).copyFrom(counted(2, 2));
        assertArrayEquals(new float[] {0, 0, 2, 3, 1, 3}, there.toFloatArray());
        // From one view of the device to another, by its own kernel and without a copy over the border.
        Tensor target = backend.upload(counted(3, 2));
        Backend.Transfers before = backend.transfers();
        try (Execution on = backend.execution(Parallelism.single())) {
            backend.copy(there.permute(1, 0).slice(0, 0, 2), target.slice(0, 1, 3), on);
        }
        assertEquals(before, backend.transfers());
        assertArrayEquals(new float[] {0, 1, 0, 3, 0, 1}, target.toFloatArray());
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeGoesThereAndBack(DType type) {
        Tensor host = Tensor.of(new float[] {1, 0, 1, 1, 0, 1}, 2, 3).to(type);
        Tensor there = backend.upload(host);
        assertEquals(type, there.dtype());
        assertArrayEquals(new double[] {1, 1, 0, 0, 1, 1}, there.permute(1, 0).toDoubleArray());
    }

    @ParameterizedTest
    @EnumSource
    void freshMemoryIsNotANumber(DType type) {
        Storage storage = backend.allocate(type, 7);
        Tensor fresh = Tensor.over(storage, Shape.of(7), 0);
        assertTrue(
                type.isFloating()
                        ? Arrays.stream(fresh.toDoubleArray()).allMatch(Double::isNaN)
                        : Arrays.stream(fresh.toLongArray()).allMatch(i -> i != 0));
    }

    @Test
    void memoryThatWasGivenBackRefuses() {
        Tensor there = backend.upload(counted(2, 3));
        Tensor other = backend.upload(counted(2, 3));
        assertEquals(48, backend.memory().used());
        backend.free(there.storage());
        assertEquals(24, backend.memory().used());
        String gone = "[device] the memory of f32[6] on cuda:0 was given back";
        says(gone, there::copy);
        says(gone, () -> there.copyFrom(counted(2, 3)));
        says(gone, () -> other.copyFrom(there));
        says(gone, () -> backend.free(there.storage()));
        Tape tape = Tape.inference(Tape.Options.of(backend));
        says(gone, () -> Binary.add(tape, Var.constant(other), Var.constant(there)));
        assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, other.toFloatArray());
        backend.close();
        says(gone, other::copy);
        assertEquals(0, backend.memory().used());
    }

    @Test
    void operandsOnTheWrongSideAreErrors() {
        Tensor here = counted(2, 3);
        Tensor there = backend.upload(here);
        Tensor elsewhere = new PretendedBackend(1).upload(here);
        Tape tape = Tape.inference(Tape.Options.of(backend));
        Tape host = Tape.inference(Tape.Options.of(new ScalarBackend()));
        OpException e =
                assertThrows(OpException.class, () -> Binary.add(tape, Var.constant(there), Var.constant(here)));
        assertEquals(
                "[add] b must be on cuda:0; bring it there by Tape.constant, or a module by Module.to; got f32[2, 3]"
                        + " on cpu",
                e.getMessage());
        says("[add] b must be on cuda:0", () -> Binary.add(tape, Var.constant(there), Var.constant(elsewhere)));
        says("[add] a must be on cpu", () -> Binary.add(host, Var.constant(there), Var.constant(here)));

        UnaryKernel kernel = backend.kernel(UnaryKernel.class, DType.F32);
        Slice y = Slice.of(backend.allocate(DType.F32, 6), 0);
        Execution on = backend.execution(Parallelism.single());
        says(
                "an operand of a kernel of cuda:0 must be in its memory; got f32 on cpu",
                () -> kernel.forward(y, Slice.of(here), Activation.RELU, 6, on));
        says(
                "an operand of a kernel of cuda:0 must be in its memory; got f32 on cuda:1",
                () -> kernel.forward(y, Slice.of(elsewhere), Activation.RELU, 6, on));
        says(
                "a kernel of cuda:0 runs on an execution of its backend; got HostExecution",
                () -> kernel.forward(y, Slice.of(there), Activation.RELU, 6, HostExecution.single()));
        says("a processor kernel reads elements in processor memory; got f32 on cuda:0", () -> new ScalarBackend()
                .kernel(UnaryKernel.class, DType.F32)
                .forward(Slice.of(here), Slice.of(there), Activation.RELU, 6, HostExecution.single()));
        says("elements are read one by one in processor memory only", () -> there.get(0, 0));
        says("elements are read one by one in processor memory only", () -> there.set(1, 0, 0));
        says("must be in its memory", () -> backend.download(elsewhere));
        says("must be in its memory", () -> backend.free(here.storage()));
    }

    @Test
    void storagesOfSeveralTypesMayShareMemory() {
        Storage storage = backend.allocate(DType.F32, 4);
        Storage halves = ((DeviceStorage) storage).as(DType.BF16, 8);
        assertTrue(backend.sameMemory(storage, halves));
        assertFalse(backend.sameMemory(storage, backend.allocate(DType.F32, 4)));
        says("[device] f64[3] does not fit 16 bytes", () -> ((DeviceStorage) storage).as(DType.F64, 3));
        backend.free(halves);
        assertThrows(IllegalStateException.class, () -> Tensor.over(storage, Shape.of(4), 0)
                .copy());
    }

    @Test
    void viewsOutsideOfTheStorageAreRefused() {
        Storage storage = backend.allocate(DType.F32, 6);
        assertThrows(TensorException.class, () -> Tensor.over(storage, Shape.of(2, 3), 1));
        assertThrows(TensorException.class, () -> Tensor.strided(storage, Shape.of(2, 3), new long[] {4, 1}, 0));
    }
}
