package dev.swath.fianet.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.train.ParameterGroups;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.Parameter;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.AdamW;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.nn.optim.PolySchedule;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import dev.swath.weights.LoadReport;
import dev.swath.weights.json.Json;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients and training steps of the whole network at tiny size. */
class GoldenTrainingTest {
    private static final SegmentationLoss LOSS = SegmentationLoss.published();

    static Stream<Arguments> runs() {
        return Json.asObject(Golden.of("model_tiny").description().get("runs"), "runs").keySet().stream()
                .flatMap(r ->
                        GoldenRun.backends().flatMap(b -> Stream.of(false, true).map(c -> Arguments.of(r, b, c))));
    }

    static Stream<Arguments> trainings() {
        return GoldenRun.backends().flatMap(b -> Stream.of(false, true).map(c -> Arguments.of(b, c)));
    }

    private static FiaNet load(Golden g, String prefix) {
        FiaNet model = new FiaNet(GoldenModelTest.tinyConfig(g));
        LoadReport.load(g.under(prefix), model.targets(), model.sink(null))
                .acceptMissing("relative_position_index")
                .requireComplete(g.name());
        // The tensors of a loaded file may be shared with it: what is trained must be the model's own.
        model.namedParameters().values().forEach(p -> p.set(p.value().copy()));
        return model;
    }

    private static Tape.Options options(Backend backend, boolean checkpointing) {
        return Tape.Options.of(backend)
                .withParallelism(Parallelism.single())
                .withWorkspace(Workspace.poisoning(backend))
                .withCheckpointing(checkpointing);
    }

    private static Var forward(FiaNet model, Tape tape, Var image, StateDict in) {
        return model.forward(tape, image, in.get("in/ids"), mask(in, "ctx"), mask(in, "obj"), mask(in, "pos"));
    }

    private static Var mask(StateDict in, String name) {
        return Var.constant(in.get("in/" + name + "_mask").to(DType.F32));
    }

    private static Tensor channelsLast(Tensor image) {
        return image.permute(0, 2, 3, 1).contiguous();
    }

    private static Tensor channelsFirst(Tensor logits) {
        return logits.permute(0, 3, 1, 2);
    }

    private static Set<String> texts(Map<String, Object> description, String key) {
        Set<String> out = new HashSet<>();
        Json.asList(description.get(key), key).forEach(t -> out.add(String.valueOf(t)));
        return out;
    }

    @ParameterizedTest
    @MethodSource("runs")
    void gradients(String name, Backend backend, boolean checkpointing) {
        Golden g = Golden.of("model_tiny");
        Map<String, Object> about =
                Json.asObject(Json.asObject(g.description().get("runs"), "runs").get(name), name);
        Map<String, Object> tolerance = Json.asObject(about.get("tolerance"), "tolerance");
        StateDict run = g.under(name + "/");
        FiaNet model = load(g, "param/");
        boolean train = Boolean.TRUE.equals(about.get("train"));
        Tape.Options options = options(backend, checkpointing);
        Tape tape = Tape.recording(train ? options.withTraining(new RandomSource(1)) : options);
        Var image = Var.leaf(channelsLast(run.get("in/image")));
        Var logits = forward(model, tape, image, run);
        Golden.assertClose(
                "logits",
                run.get("out/logits"),
                channelsFirst(logits.value()),
                Json.asDouble(tolerance.get("out"), "out"));
        Var loss = LOSS.forward(tape, logits, run.get("in/target"));
        double want = Json.asDouble(about.get("loss"), "loss");
        assertEquals(want, loss.value().item(), want * Json.asDouble(tolerance.get("loss"), "loss"));
        tape.backward(loss);
        model.namedBuffers().forEach((n, b) -> {
            if (run.contains("after/" + n)) {
                Golden.assertClose("after/" + n, run.get("after/" + n), b.value(), 1e-3);
            }
        });
        if (run.contains("grad_in/image")) {
            Golden.assertClose(
                    "grad image",
                    run.get("grad_in/image"),
                    channelsFirst(image.grad()),
                    Json.asDouble(tolerance.get("grad_image"), "grad_image"));
            checkGradients(about, run, model);
        }
    }

    private static void checkGradients(Map<String, Object> about, StateDict run, FiaNet model) {
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
                Golden.assertClose(n, run.get("grad/" + n), grad, Json.asDouble(tolerances.get(n), n));
                stored++;
            }
        }
        assertEquals(run.namesUnder("grad/").size(), stored, "every stored gradient is compared");
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void threeSteps(Backend backend, boolean checkpointing) {
        Golden g = Golden.of("model_tiny_training");
        Map<String, Object> optimizer = Json.asObject(g.description().get("optimizer"), "optimizer");
        Map<String, Object> tolerance = Json.asObject(g.description().get("tolerance"), "tolerance");
        FiaNet model = load(g, "param/");
        List<ParameterGroup> groups = ParameterGroups.of(
                model,
                Json.asDouble(optimizer.get("weight_decay"), "weight_decay"),
                Json.asInt(optimizer.get("bert_layers"), "bert_layers"));
        checkGroups(g, groups);
        ParameterGroups.freezeOthers(model, groups);
        AdamW adam = new AdamW(groups, 0.9, 0.999, 1e-8, backend, Parallelism.single());
        PolySchedule schedule = PolySchedule.published(
                Json.asDouble(optimizer.get("lr"), "lr"), Json.asInt(optimizer.get("total_steps"), "total_steps"));
        Map<String, Tensor> start = new LinkedHashMap<>();
        model.namedParameters().forEach((n, p) -> start.put(n, p.value().copy()));
        Tape.Options options = options(backend, checkpointing);
        for (int step = 0; step < 3; step++) {
            StateDict in = g.under("step" + step + "/");
            Tape tape = Tape.recording(options.withTraining(RandomSource.forStep(1, step)));
            Var logits = forward(model, tape, Var.constant(channelsLast(in.get("in/image"))), in);
            Golden.assertClose(
                    "logits of step " + step,
                    in.get("out/logits"),
                    channelsFirst(logits.value()),
                    Json.asDouble(Json.asList(tolerance.get("logits"), "logits").get(step), "logits"));
            Var loss = LOSS.forward(tape, logits, in.get("in/target"));
            double want = Json.asDouble(
                    Json.asList(g.description().get("losses"), "losses").get(step), "losses");
            assertEquals(want, loss.value().item(), want * Json.asDouble(tolerance.get("losses"), "losses"));
            tape.backward(loss);
            adam.step(schedule.at(step));
            adam.zeroGrad();
        }
        checkChanges(g, model, start, backend);
        StateDict first = g.under("step0/");
        Var logits = forward(model, Tape.inference(options), Var.constant(channelsLast(first.get("in/image"))), first);
        Golden.assertClose(
                "final logits",
                g.tensor("final/logits_eval_step0_inputs"),
                channelsFirst(logits.value()),
                Json.asDouble(tolerance.get("final_logits"), "final_logits"));
    }

    private static void checkGroups(Golden g, List<ParameterGroup> groups) {
        List<Object> wanted = Json.asList(g.description().get("groups"), "groups");
        assertEquals(wanted.size(), groups.size());
        for (int i = 0; i < wanted.size(); i++) {
            Map<String, Object> group = Json.asObject(wanted.get(i), "group");
            assertEquals(
                    Json.asList(group.get("names"), "names"),
                    List.copyOf(groups.get(i).parameters().keySet()));
            assertEquals(
                    Json.asDouble(group.get("weight_decay"), "weight_decay"),
                    groups.get(i).weightDecay());
        }
    }

    /**
     * How far a tensor's change may stray. An f32 run strays by the stored error, of which three times and 1e-3 are allowed,
     * where sums are rounded once, as on the scalar backend. With sums in f32 throughout, rounding carries single values over
     * a kink (ReLU, maximum, clamp) between the steps, and a tensor may then stray by a tenth of its change, while the whole
     * of the changes still agrees to a few percent.
     */
    private static double allowed(Backend backend, double f32Error) {
        return backend.name().equals("scalar") ? 3 * f32Error + 1e-3 : 3 * f32Error + 0.2;
    }

    private static void checkChanges(Golden g, FiaNet model, Map<String, Tensor> start, Backend backend) {
        Map<String, Object> about = Json.asObject(g.description().get("parameters"), "parameters");
        double allChange = 0;
        double allError = 0;
        for (Map.Entry<String, Parameter> e : model.namedParameters().entrySet()) {
            Map<String, Object> row = Json.asObject(about.get(e.getKey()), e.getKey());
            if (Boolean.TRUE.equals(row.get("noise"))) {
                continue;
            }
            double norm = Json.asDouble(row.get("delta_norm"), "delta_norm");
            double bound =
                    norm * allowed(backend, Json.asDouble(row.get("f32_delta_error"), "f32_delta_error")) + 1e-12;
            double[] before = start.get(e.getKey()).toDoubleArray();
            double[] after = e.getValue().value().toDoubleArray();
            double change = distance(after, before);
            assertEquals(norm, change, bound, "norm of the change of " + e.getKey());
            String stored = "final/param/" + e.getKey();
            if (g.tensors().contains(stored)) {
                double error = distance(after, g.tensor(stored).toDoubleArray());
                assertTrue(error <= bound, e.getKey() + " is off by " + error + " of " + norm);
                allChange += change * change;
                allError += error * error;
            }
        }
        assertTrue(
                allChange > 0 && Math.sqrt(allError / allChange) < 0.05, "off by " + Math.sqrt(allError / allChange));
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }
}
