package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.swath.autograd.GradientCheck;
import dev.swath.autograd.Tape;
import dev.swath.autograd.ops.LayerNorm;
import dev.swath.kernels.Backend;
import dev.swath.kernels.MetaBackend;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every op whatever the backend, and that there is a case for each. */
class OpRulesTest {
    /** Rounding of f64 through some ten operations. */
    private static final OpCase.Tolerance DOUBLE = new OpCase.Tolerance(1e-10, 1e-10, "double precision");

    /** Lanes of the longest vectors. */
    private static final int VECTOR = 16;

    static Stream<Arguments> examples() {
        return OpCases.all().stream().flatMap(c -> c.examples().stream().map(e -> Arguments.of(name(c), e)));
    }

    static Stream<Arguments> composed() {
        return examples().filter(a -> ((OpCase.Example) a.get()[1]).composed() != null);
    }

    private static String name(OpCase c) {
        return c.op().getSimpleName();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("examples")
    void gradientIsTheDerivative(String op, OpCase.Example e) {
        GradientCheck check = GradientCheck.standard().withSamples(24);
        GradientCheck.Report report = (e.training() ? check.withTraining() : check)
                .run(e.function(), e.inputs().toArray(Tensor[]::new));
        report.require();
        assertTrue(report.checked() > 0);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("composed")
    void equalsItsComposition(String op, OpCase.Example e) {
        OpRun other = OpRun.of(
                new ScalarBackend(), DType.F64, 1, e.training(), Objects.requireNonNull(e.composed()), e.inputs());
        other.assertClose(OpRun.truth(e), DOUBLE);
    }

    /** A pass on shapes alone sees the shapes and types of a real one. */
    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("examples")
    void shapesAloneAreFollowed(String op, OpCase.Example e) {
        Tensor real = result(e, new ScalarBackend());
        Tensor shape = result(e, new MetaBackend());
        assertEquals(real.shape(), shape.shape());
        assertEquals(real.dtype(), shape.dtype());
        assertEquals(Device.META, shape.device());
    }

    private static Tensor result(OpCase.Example e, Backend backend) {
        Tape tape = Tape.inference(OpRun.options(backend, e.training()));
        return e.function()
                .apply(tape, e.inputs().stream().map(tape::constant).toList())
                .value();
    }

    /** Forwards only and on shapes alone: benchmarks run these sizes, and check what comes out. */
    @Test
    void everyCaseHasASizeAtWork() {
        for (OpCase c : OpCases.all()) {
            OpCase.Example e = c.atWork();
            assertTrue(e.name().contains(OpCase.AT_WORK), e.name());
            assertTrue(e.inputs().stream().mapToLong(Tensor::elements).sum() > 10_000, name(c));
            assertTrue(result(e, new MetaBackend()).elements() > 0, name(c));
        }
    }

    @Test
    void everyOpHasACase() {
        Set<String> ops = ops().map(JavaClass::getSimpleName).collect(Collectors.toCollection(TreeSet::new));
        Set<String> cases =
                OpCases.all().stream().map(OpRulesTest::name).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(ops, cases);
        OpCases.all().forEach(c -> assertEquals(name(c) + "Case", c.getClass().getSimpleName()));
    }

    @Test
    void everyComposedFormIsTested() {
        Set<String> with = ops().filter(
                        c -> c.getMethods().stream().anyMatch(m -> m.getName().equals("composed")))
                .map(JavaClass::getSimpleName)
                .collect(Collectors.toSet());
        assertTrue(with.contains("LayerNorm") && with.contains("WindowAttention"), with.toString());
        for (OpCase c : OpCases.all()) {
            if (with.contains(name(c))) {
                assertTrue(c.examples().stream().allMatch(e -> e.composed() != null), name(c));
            }
        }
    }

    @Test
    void everyCaseHasTheShapesAtWhichKernelsFail() {
        for (OpCase c : OpCases.all()) {
            List<OpCase.Example> examples = c.examples();
            assertTrue(has(examples, n -> n == 1), name(c) + " has no axis of 1");
            assertTrue(has(examples, n -> n > 2 && n % 2 == 1), name(c) + " has no odd axis");
            assertTrue(
                    has(examples, n -> n > 2 && IntStream.range(2, n).allMatch(d -> n % d != 0)),
                    name(c) + " has no prime axis");
            assertTrue(
                    has(examples, n -> n > VECTOR && n % VECTOR != 0),
                    name(c) + " has no axis longer than a vector with a remainder");
            assertFalse(c.tolerance().reason().isBlank(), name(c));
            assertEquals(
                    examples.size(),
                    examples.stream().map(OpCase.Example::name).distinct().count(),
                    name(c));
        }
    }

    private static boolean has(List<OpCase.Example> examples, java.util.function.IntPredicate extent) {
        return examples.stream()
                .flatMap(e -> e.inputs().stream())
                .flatMapToInt(t -> Arrays.stream(t.shape().dims()))
                .anyMatch(extent);
    }

    private static Stream<JavaClass> ops() {
        return new ClassFileImporter()
                .importPackagesOf(LayerNorm.class).stream()
                        .filter(c -> c.getModifiers().contains(JavaModifier.PUBLIC))
                        .filter(c -> c.isTopLevelClass() && !c.getSimpleName().equals("package-info"));
    }
}
