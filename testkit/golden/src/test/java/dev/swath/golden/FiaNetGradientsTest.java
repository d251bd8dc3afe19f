package dev.swath.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.Parameter;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of FIANet at tiny size against its golden values. */
class FiaNetGradientsTest {
    static Stream<Arguments> trainings() {
        return FiaNetRun.names().flatMap(r -> Stream.of(false, true)
                .flatMap(c -> GoldenRun.backends().map(b -> Arguments.of(r, b, c))));
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void gradients(String name, Backend backend, boolean checkpointing) {
        FiaNetRun run = FiaNetRun.of(name);
        ReferringNetwork model = run.load(backend);
        run.page(checkpointing ? "gradients-checkpointed" : "gradients", model, backend)
                .withGradients(run::loss, run.train())
                .check(() -> checkGradients(run, model, backend, checkpointing));
    }

    private static void checkGradients(FiaNetRun run, ReferringNetwork model, Backend backend, boolean checkpointing) {
        Tape.Options options = Tape.Options.of(backend)
                .withParallelism(Parallelism.single())
                .withWorkspace(Workspace.poisoning(backend))
                .withCheckpointing(checkpointing);
        Tape tape = Tape.recording(run.train() ? options.withTraining(new RandomSource(1)) : options);
        Var image = Var.leaf(backend.upload(run.image()));
        Var logits = model.forward(tape, image, run.sentences().upload(tape, model));
        run.checkLogits("logits", logits);
        Var loss = FiaNetRun.LOSS.forward(tape, logits, run.target(tape));
        double want = Json.asDouble(run.about().get("loss"), "loss");
        assertEquals(want, loss.value().item(), want * run.tolerance("loss"));
        tape.backward(loss);
        run.checkStatistics(model, 1e-3);
        if (run.tensors().contains("grad_in/image")) {
            Golden.assertClose(
                    "grad image",
                    run.tensors().get("grad_in/image"),
                    image.grad().permute(0, 3, 1, 2),
                    run.tolerance("grad_image"));
            checkParameters(run, model);
        }
    }

    private static Set<String> texts(Map<String, Object> about, String key) {
        Set<String> out = new HashSet<>();
        Json.asList(about.get(key), key).forEach(t -> out.add(String.valueOf(t)));
        return out;
    }

    private static void checkParameters(FiaNetRun run, ReferringNetwork model) {
        Map<String, Object> about = run.about();
        Map<String, Object> tolerances = Json.asObject(about.get("grad_tolerance"), "grad_tolerance");
        Set<String> zero = texts(about, "zero_gradient");
        Set<String> none = texts(about, "no_gradient");
        double largest = Json.asDouble(about.get("largest_gradient"), "largest_gradient");
        int stored = 0;
        for (Map.Entry<String, Parameter> e : model.namedParameters().entrySet()) {
            String n = e.getKey();
            Tensor grad = e.getValue().grad();
            if (none.contains(n)) {
                assertNull(grad, n);
                continue;
            }
            assertNotNull(grad, n);
            if (zero.contains(n)) {
                for (float v : grad.toFloatArray()) {
                    assertTrue(Math.abs(v) <= 1e-4 * largest, n + " must vanish, but has " + v);
                }
            } else {
                Golden.assertClose(n, run.tensors().get("grad/" + n), grad, Json.asDouble(tolerances.get(n), n));
                stored++;
            }
        }
        assertEquals(run.tensors().namesUnder("grad/").size(), stored, "every stored gradient is compared");
    }
}
