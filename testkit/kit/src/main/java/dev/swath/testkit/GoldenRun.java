package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.kernels.Backend;
import dev.swath.kernels.BackendProvider;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Runs a golden case forwards and backwards on one backend: outputs within the tolerance, and every gradient that the
 * case holds, the zero ones and the unused parameters included.
 */
public final class GoldenRun {
    private final Golden golden;
    private final Tape tape;
    private final Map<String, Var> leaves = new LinkedHashMap<>();
    private final List<Var> outputs = new ArrayList<>();
    private final List<Tensor> cotangents = new ArrayList<>();
    private final Set<String> checkedOutputs = new HashSet<>();

    /** A run of the case on the backend. */
    public GoldenRun(Golden golden, Backend backend) {
        this.golden = golden;
        Tape.Options options = Tape.Options.of(backend).withParallelism(Parallelism.single());
        this.tape = Tape.recording(golden.train() ? options.withTraining(new RandomSource(1)) : options);
    }

    /**
     * Every backend that can be tested here: those of the processor, and a pretended device. Where a width of vectors is forced,
     * only the vector kernels, for the others do not depend on it. With {@code -Dswath.test.backend=cuda}, that one alone, over the
     * {@linkplain BuiltEmulator emulator} where a folder of it is named.
     */
    public static Stream<Backend> backends() {
        String wanted = System.getProperty("swath.test.backend");
        if (wanted != null) {
            if (System.getProperty("swath.test.emulator") != null) {
                BuiltEmulator.require();
            }
            return Stream.of(only(wanted));
        }
        return System.getProperty("swath.vector.bits") == null
                ? Stream.concat(processors(), Stream.of(new PretendedBackend()))
                : processors().filter(b -> b.name().equals("vector"));
    }

    private static Backend only(String name) {
        Backends.Finding finding = Backends.discover().findings().stream()
                .filter(f -> f.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no backend " + name + " on the class path"));
        return switch (finding.probe()) {
            case BackendProvider.Probe.Available(Backend backend) -> backend;
            case BackendProvider.Probe.Refused(String reason) -> throw new IllegalStateException(name + ": " + reason);
        };
    }

    /** Every processor backend that is here: scalar, and vector where the class path has it. */
    public static Stream<Backend> processors() {
        return Backends.discover().findings().stream()
                .map(Backends.Finding::probe)
                .filter(p -> p instanceof BackendProvider.Probe.Available)
                .map(p -> ((BackendProvider.Probe.Available) p).backend());
    }

    /** The recording tape. */
    public Tape tape() {
        return tape;
    }

    /** The input {@code in/name} as a leaf. */
    public Var input(String name) {
        return leaf("in/" + name, golden.tensor("in/" + name));
    }

    /** The input with its axes reordered for our layout; its gradient is compared in the golden one. */
    public Tensor rawInput(String name) {
        return golden.tensor("in/" + name);
    }

    /** A parameter as a leaf. */
    public Var parameter(String name) {
        return leaf("param/" + name, golden.tensor("param/" + name));
    }

    private Var leaf(String path, Tensor value) {
        return leaves.computeIfAbsent(path, p -> Var.leaf(tape.backend().upload(value)));
    }

    /** Watches variables that hold parameters, by golden name. */
    public void watch(Map<String, ? extends Var> parameters) {
        parameters.forEach((n, v) -> leaves.put("param/" + n, v));
    }

    /** Checks an output, and notes its cotangent for {@link #backward}. */
    public void output(String name, Var value) {
        Golden.assertClose(
                golden.name() + " out/" + name + " on " + tape.backend().name(),
                golden.tensor("out/" + name),
                value.value(),
                golden.tolerance("out"));
        checkedOutputs.add(name);
        if (golden.tensors().contains("cot/" + name)) {
            outputs.add(value);
            cotangents.add(golden.tensor("cot/" + name));
        }
    }

    /** Runs backwards and checks every gradient. */
    public void backward() {
        for (String stored : golden.under("out/").names()) {
            assertTrue(checkedOutputs.contains(stored), golden.name() + ": the output " + stored + " was not checked");
        }
        tape.backward(outputs, cotangents);
        int checked = 0;
        List<String> zero = golden.list("zero_gradient");
        List<String> unused = golden.list("unused_parameters");
        for (Map.Entry<String, Var> e : leaves.entrySet()) {
            String path = e.getKey();
            String what =
                    golden.name() + " grad/" + path + " on " + tape.backend().name();
            Tensor got = e.getValue().grad();
            if (golden.tensors().contains("grad/" + path)) {
                assertNotNull(got, what);
                Golden.assertClose(what, golden.tensor("grad/" + path), got, golden.tolerance("grad"));
                checked++;
            } else if (zero.contains(path)) {
                assertNotNull(got, what);
                double largest = ((Number) assertPresent(golden.description().get("largest_gradient"))).doubleValue();
                for (double g : got.toDoubleArray()) {
                    assertTrue(Math.abs(g) <= 1e-4 * largest, what + " must vanish, but has " + g);
                }
                checked++;
            } else if (unused.contains(path.replaceFirst("^param/", ""))) {
                assertEquals(null, got, what + " must receive nothing");
            }
        }
        assertTrue(checked > 0, golden.name() + " has no gradient that was checked");
        for (String stored : golden.under("grad/").names()) {
            assertTrue(leaves.containsKey(stored), golden.name() + ": the gradient " + stored + " was not checked");
        }
    }

    private static Object assertPresent(Object value) {
        assertNotNull(value);
        return value;
    }
}
