package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.OpException;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Backend;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every op with activations of few bits beside parameters in f32, and with one operand of a type that does not belong.
 */
class ElementTypesTest {
    /** What an op says of an operand: {@code [op] operand must ...}. */
    private static final Pattern NAMES_THE_OPERAND =
            Pattern.compile("\\[\\w+] (\\w+|each input|the \\w+ backend) must .*; got .*");

    static Stream<Arguments> examples() {
        return OpCases.all().stream()
                .flatMap(c -> c.examples().stream().map(e -> Arguments.of(c.op().getSimpleName(), e, c.tolerance())));
    }

    static Stream<Arguments> smallTypes() {
        return Stream.of(DType.BF16, DType.F16)
                .flatMap(t -> examples().map(a -> Arguments.of(a.get()[0], a.get()[1], t)));
    }

    static Stream<Arguments> onBackends() {
        return examples().flatMap(a -> GoldenRun.backends()
                .map(b -> Arguments.of(a.get()[0], a.get()[1], b.name(), b, a.get()[2])));
    }

    /**
     * Activations in bf16 (8 significant bits) or f16 (11), parameters and all that is saved in f32. Kernels compute in
     * more and round what they write: an op its result, and linear with an activation and a gradient to come also what
     * it applies it to. Gradients pass through memory up to three times. A rounding is off by at most 2^-8 (2^-11) of
     * the number.
     */
    @ParameterizedTest(name = "{0}: {1} in {2}")
    @MethodSource("smallTypes")
    void activationsOfFewBits(String op, OpCase.Example e, DType type) {
        List<Tensor> inputs = IntStream.range(0, e.inputs().size())
                .mapToObj(i -> e.parameters().contains(i)
                        ? e.inputs().get(i)
                        : e.inputs().get(i).to(type))
                .toList();
        OpRun got = OpRun.of(new ScalarBackend(), 1, e.training(), e.function(), inputs);
        OpRun truth = OpRun.of(new ScalarBackend(), DType.F64, 1, e.training(), e.function(), inputs);
        double bits = type == DType.BF16 ? 0x1p-8 : 0x1p-11;
        got.assertClose(truth, new OpCase.Tolerance(2 * bits, 3 * bits, "the type's bits"));
    }

    /** One input of another type: a right result, or a sentence that names an operand. */
    @ParameterizedTest(name = "{0}: {1} on {2}")
    @MethodSource("onBackends")
    void oneInputOfAnotherType(String op, OpCase.Example e, String name, Backend backend, OpCase.Tolerance tolerance) {
        for (int i = 0; i < e.inputs().size(); i++) {
            for (DType other : List.of(DType.F64, DType.BF16)) {
                List<Tensor> inputs = with(e.inputs(), i, e.inputs().get(i).to(other));
                try {
                    OpRun got = OpRun.of(backend, 1, e.training(), e.function(), inputs);
                    OpRun truth = OpRun.of(new ScalarBackend(), DType.F64, 1, e.training(), e.function(), inputs);
                    double bits = other == DType.BF16 ? 0x1p-8 : 0;
                    got.assertClose(
                            truth,
                            new OpCase.Tolerance(
                                    Math.max(2 * bits, tolerance.values()),
                                    Math.max(3 * bits, tolerance.gradients()),
                                    ""));
                } catch (OpException refused) {
                    assertTrue(NAMES_THE_OPERAND.matcher(refused.getMessage()).matches(), refused.getMessage());
                    assertTrue(refused.getMessage().contains(other.toString()), refused.getMessage());
                }
            }
            integers(e, i, backend);
        }
    }

    /** Integers where floating-point numbers belong: views and copies may take them, everything else says so. */
    private static void integers(OpCase.Example e, int i, Backend backend) {
        List<Tensor> inputs = with(e.inputs(), i, e.inputs().get(i).to(DType.I64));
        Tape tape = Tape.inference(OpRun.options(backend, e.training()));
        try {
            Tensor y = e.function()
                    .apply(tape, inputs.stream().map(tape::constant).toList())
                    .value();
            assertEquals(DType.I64, y.dtype());
        } catch (OpException refused) {
            assertTrue(NAMES_THE_OPERAND.matcher(refused.getMessage()).matches(), refused.getMessage());
        }
    }

    private static List<Tensor> with(List<Tensor> inputs, int i, Tensor input) {
        List<Tensor> changed = new ArrayList<>(inputs);
        changed.set(i, input);
        return changed;
    }

    /** What a pass keeps besides activations, such as means and sums of exponentials, is kept in f32 or f64. */
    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16", "F32", "F64"})
    void whatIsSavedHasMoreBits(DType type) {
        DType saved = type == DType.F64 ? DType.F64 : DType.F32;
        for (OpCase c : OpCases.all()) {
            int extra =
                    switch (c.op().getSimpleName()) {
                        case "LayerNorm", "InstanceNorm" -> 2; // mean and 1 / deviation
                        case "WindowAttention" -> 1; // logarithms of sums
                        case "Cast" -> 1; // its result is f32
                        case "SegmentationLoss" -> 2; // the loss itself, and sums
                        default -> 0;
                    };
            OpCase.Example e = c.examples().getLast();
            List<DType> allocated = Collections.synchronizedList(new ArrayList<>());
            Tape tape = Tape.recording(OpRun.options(recording(allocated), e.training()));
            List<Var> leaves =
                    e.inputs().stream().map(t -> Var.leaf(t.to(type).copy())).toList();
            e.function().apply(tape, leaves);
            allocated.remove(DType.I64); // the state of the random numbers
            boolean batchNorm = c.op().getSimpleName().equals("BatchNorm"); // mean and variance of the batch
            long kept = allocated.stream().filter(t -> t == saved).count();
            if (type != saved) {
                assertEquals(batchNorm && e.training() ? 2 : extra, kept, c.op().getSimpleName() + " " + allocated);
            }
            assertTrue(
                    allocated.stream().allMatch(t -> t == type || t == saved),
                    c.op().getSimpleName() + " " + allocated);
        }
    }

    /** The scalar backend, with a list of the types of what it allocates. */
    private static Backend recording(List<DType> allocated) {
        Backend scalar = new ScalarBackend();
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (_, method, arguments) -> {
                    if (method.getName().equals("allocate")) {
                        allocated.add((DType) arguments[0]);
                    }
                    try {
                        return method.invoke(scalar, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
