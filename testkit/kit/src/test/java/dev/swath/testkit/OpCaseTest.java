package dev.swath.testkit;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Workspace;
import dev.swath.kernels.Backend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every op on every backend. Runs once for each vector width. */
class OpCaseTest {
    /** One of each kind for all cases: to make one takes a device longer than most of them. */
    private static List<Backend> backends = List.of();

    @BeforeAll
    static void open() {
        backends = GoldenRun.backends().toList();
    }

    @AfterAll
    static void close() {
        backends.forEach(Backend::close);
    }

    static Stream<Arguments> onBackends() {
        return OpCases.all().stream().flatMap(c -> c.examples().stream().flatMap(e -> backends.stream()
                .map(b -> Arguments.of(c.op().getSimpleName(), e, b.name(), b, c.tolerance()))));
    }

    @ParameterizedTest(name = "{0}: {1} on {2}", autoCloseArguments = false)
    @MethodSource("onBackends")
    void agreesWithTheScalarKernelsInDouble(
            String op, OpCase.Example e, String name, Backend backend, OpCase.Tolerance tolerance) {
        OpRun run = OpRun.of(backend, DType.F32, 1, e.training(), e.function(), e.inputs());
        run.assertClose(OpRun.truth(e), tolerance);
        OpRun.of(backend, DType.F32, 3, e.training(), e.function(), e.inputs()).assertSame(run);
    }

    @ParameterizedTest(name = "{0}: {1} on {2}", autoCloseArguments = false)
    @MethodSource("onBackends")
    void takesViews(String op, OpCase.Example e, String name, Backend backend, OpCase.Tolerance tolerance) {
        OpRun expected = OpRun.truth(e);
        for (Layout layout : Layout.values()) {
            List<Tensor> bases = e.inputs().stream().map(layout::base).toList();
            OpRun got = OpRun.of(
                    backend,
                    DType.F32,
                    1,
                    e.training(),
                    (t, v) -> e.function()
                            .apply(t, v.stream().map(x -> layout.view(t, x)).toList()),
                    bases);
            List<double[]> inside = IntStream.range(0, bases.size())
                    .mapToObj(i -> layout.inside(bases.get(i), got.gradients().get(i)))
                    .toList();
            new OpRun(got.output(), inside).assertClose(expected, tolerance);
        }
    }

    @ParameterizedTest(name = "{0}: {1} on {2}", autoCloseArguments = false)
    @MethodSource("onBackends")
    void givesTheSameWithoutRecordingAndInUsedMemory(
            String op, OpCase.Example e, String name, Backend backend, OpCase.Tolerance tolerance) {
        double[] expected = OpRun.truth(e).output();
        Workspace workspace = new Workspace(backend);
        for (int call = 0; call < 2; call++) {
            Tape tape = Tape.inference(OpRun.options(backend, e.training()).withWorkspace(workspace));
            double[] y = tape.reading("call", () -> e.function()
                    .apply(tape, e.inputs().stream().map(tape::constant).toList())
                    .value()
                    .toDoubleArray());
            OpRun.close("output of call " + call, expected, y, tolerance.values());
            tape.close();
        }
    }
}
