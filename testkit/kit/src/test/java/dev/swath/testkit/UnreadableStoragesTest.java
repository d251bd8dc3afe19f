package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Backend;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.MetaBackend;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.kernels.UnaryKernel;
import dev.swath.kernels.vector.VectorBackend;
import dev.swath.tensor.AbsentStorage;
import dev.swath.tensor.AbsentStorage.Reason;
import dev.swath.tensor.DType;
import dev.swath.tensor.PackedStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Packed weights have no views, absent memory no elements; whoever reads them gets one sentence that says why. */
class UnreadableStoragesTest {
    private static Tensor absent(Reason reason) {
        return Tensor.over(new AbsentStorage(DType.F32, 6, reason), Shape.of(2, 3), 0);
    }

    private static void says(String sentence, Executable call) {
        String message = assertThrows(RuntimeException.class, call).getMessage();
        assertTrue(message.startsWith("[") && message.contains(sentence), message);
    }

    static Stream<Arguments> reasons() {
        return Stream.of(Reason.values()).flatMap(r -> GoldenRun.backends().map(b -> Arguments.of(r, b.name(), b)));
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("reasons")
    void everyReadOfAbsentMemorySaysWhy(Reason reason, String name, Backend backend) {
        Tensor x = absent(reason);
        Tensor there = backend.upload(Tensor.zeros(2, 3));
        List<Executable> reads = List.of(
                () -> x.get(0, 0),
                () -> x.set(1, 0, 0),
                () -> x.slice(0, 0, 1).slice(1, 0, 1).item(),
                x::copy,
                () -> x.permute(1, 0).contiguous(),
                () -> x.to(DType.F64),
                x::toFloatArray,
                x::toDoubleArray,
                x::toLongArray,
                x::toBytes,
                () -> x.copyFrom(there),
                () -> there.copyFrom(x),
                () -> backend.upload(x),
                () -> backend.download(x));
        for (Executable read : reads) {
            says(reason.rule(), read);
        }
        Tape tape = Tape.inference(Tape.Options.of(backend));
        Var v = Var.constant(x);
        Var good = Var.constant(there);
        Var row = Var.constant(backend.upload(Tensor.zeros(3)));
        List<Executable> ops = List.of(
                () -> tape.constant(x),
                () -> Unary.relu(tape, v),
                () -> Binary.add(tape, good, v),
                () -> Linear.apply(tape, good, v, null),
                () -> LayerNorm.apply(tape, v, row, row, 1e-5),
                () -> Reduce.sum(tape, v, 0, false),
                () -> Reshape.apply(tape, v, -1),
                () -> Permute.apply(tape, v, 1, 0));
        for (Executable op : ops) {
            says(reason.rule(), op);
        }
        try (Execution on = backend.execution(Parallelism.single())) {
            Slice y = Slice.of(there);
            says(reason.rule(), () -> backend.kernel(UnaryKernel.class, DType.F32)
                    .forward(y, Slice.of(x), Activation.RELU, 6, on));
            says(reason.rule(), () -> backend.kernel(CopyKernel.class, DType.F32)
                    .fill(Slice.of(x), 0, 6, on));
        }
    }

    @Test
    void shapesAloneAreFollowedWithoutReading() {
        Tape tape = Tape.inference(Tape.Options.of(new MetaBackend()));
        Var x = tape.constant(Tensor.zeros(4, 3));
        Var y = Linear.apply(tape, x, tape.constant(Tensor.zeros(5, 3)), null);
        assertEquals(Shape.of(4, 5), y.shape());
        says(Reason.SHAPES_ONLY.rule(), y.value()::copy);
    }

    @ParameterizedTest
    @MethodSource("dev.swath.testkit.GoldenRun#backends")
    void aResultOfAPassThatWentBackIsFreed(Backend backend) {
        Tape tape = Tape.recording(Tape.Options.of(backend));
        Var x = Var.leaf(backend.upload(Tensor.of(new float[] {1, 2, 3}, 3)));
        Var inner = Unary.apply(tape, x, Activation.EXP);
        Var kept = tape.retain(Unary.relu(tape, inner));
        Var y = Reduce.sum(tape, kept, 0, false);
        tape.backward(y);
        says(Reason.FREED.rule(), inner.value()::copy);
        says(Reason.FREED.rule(), () -> Unary.relu(tape, inner));
        assertEquals(Math.exp(2), kept.value().copy().get(1), 1e-5);
        assertEquals(y.value().item(), Math.exp(1) + Math.exp(2) + Math.exp(3), 1e-4);
    }

    @Test
    void packedWeightsHaveNoViews() {
        Backend backend = new VectorBackend();
        float[] weight = {1, 2, 3, 4, 5, 6};
        PackedStorage storage = assertInstanceOf(
                PackedStorage.class,
                backend.kernel(GemmKernel.class, DType.F32).pack(Slice.of(Tensor.of(weight, 2, 3)), 2, 3));
        Tensor packed = Tensor.over(storage, Shape.of(2, 3), 0);
        String whole = "a packed weight is whole and has no views";
        says(whole, () -> packed.slice(0, 0, 1));
        says(whole, () -> packed.select(1, 2));
        says(whole, () -> packed.permute(1, 0));
        says(whole, () -> packed.expand(Shape.of(4, 2, 3)));
        says(whole, () -> Tensor.over(storage, Shape.of(5), 1));
        says("elements are read one by one in processor memory only", () -> packed.get(0, 0));
        says("a packed weight cannot be written to", () -> packed.copyFrom(Tensor.zeros(2, 3)));
        assertArrayEquals(weight, packed.reshape(3, 2).copy().toFloatArray());
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, packed.to(DType.F64).toDoubleArray());
        assertEquals("f32[2, 3] packed on cpu", packed.describe());

        // Ops that know nothing of packed weights do not misread them.
        Tape tape = Tape.inference(Tape.Options.of(backend));
        Var v = Var.constant(packed);
        String alone = "a packed weight is read by the kernel that packed it only";
        says(alone, () -> Unary.relu(tape, v));
        says(alone, () -> Binary.add(tape, v, v));
        says(whole, () -> Permute.apply(tape, v, 1, 0));
        OpException refused = assertThrows(
                OpException.class,
                () -> Linear.apply(Tape.recording(Tape.Options.of(backend)), Var.leaf(Tensor.zeros(1, 3)), v, null));
        assertTrue(refused.getMessage().contains("a weight packed for inference has no gradient"));
    }
}
