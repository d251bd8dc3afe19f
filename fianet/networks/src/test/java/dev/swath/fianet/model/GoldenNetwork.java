package dev.swath.fianet.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Cast;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.nn.Buffer;
import dev.swath.nn.Parameter;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.nn.optim.AdamW;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.nn.optim.PolySchedule;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.weights.LoadReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A golden case of a whole network: evaluation, one step of training with its gradients and running statistics, and the
 * losses of the first steps.
 *
 * @param name of the case
 * @param network made by the case's configuration, its parameters unset
 * @param loss of its published training
 * @param inDoubleAlone parameters whose gradients' f32 sums cancel by more than the one run shows by which their bounds were
 *     measured: {@link #trainingInDouble} holds them to the bounds
 */
public record GoldenNetwork(
        String name,
        Function<Golden, ? extends ReferringNetwork> network,
        SegmentationLoss loss,
        Set<String> inDoubleAlone) {
    /**
     * The bounds of gradients come from one run in f32, whose sums have one order. Scalar kernels, which compute in f64, hold
     * to them; vector kernels sum in another order, and gradients through instance norms over few cells cancel.
     */
    private static final double F32_SLACK = 2;

    /** What such a gradient may be off by in any case: some bounds are of runs that were off by less than a rounding. */
    private static final double F32_LEAST = 1e-5;

    /** Sizes of the trunk in a case's configuration. */
    public static TrunkConfig trunk(Golden g) {
        Map<String, Object> v = Json.asObject(g.config().get("vision"), "vision");
        Map<String, Object> t = Json.asObject(g.config().get("text"), "text");
        SwinConfig vision = new SwinConfig(
                Json.asInt(v.get("embed_dim"), "embed_dim"),
                integers(v, "depths"),
                integers(v, "heads"),
                Json.asInt(v.get("window"), "window"),
                Json.asInt(v.get("patch"), "patch"),
                Json.asInt(v.get("mlp_ratio"), "mlp_ratio"),
                Json.asDouble(v.get("drop_path"), "drop_path"));
        BertConfig text = new BertConfig(
                Json.asInt(t.get("vocab"), "vocab"),
                Json.asInt(t.get("hidden"), "hidden"),
                Json.asInt(t.get("layers"), "layers"),
                Json.asInt(t.get("heads"), "heads"),
                Json.asInt(t.get("intermediate"), "intermediate"),
                Json.asInt(t.get("positions"), "positions"),
                Json.asInt(t.get("types"), "types"),
                Json.asDouble(t.get("dropout"), "dropout"),
                1e-12);
        return new TrunkConfig(vision, text, integers(v, "fusion_heads"), 0);
    }

    private static List<Integer> integers(Map<String, Object> map, String key) {
        return Json.asList(map.get(key), key).stream()
                .map(x -> Json.asInt(x, key))
                .toList();
    }

    /** The case's own parameters, and the others from the case of FIANet where its description says so. */
    private static StateDict parameters(Golden g) {
        StateDict own = g.under("param/");
        if (!g.description().containsKey("other_parameters")) {
            return own;
        }
        StateDict other = Golden.of("model_tiny").under("param/");
        StateDict out = new StateDict();
        other.names().stream()
                .filter(n -> !n.startsWith("backbone.tmem.") && !own.contains(n))
                .forEach(n -> out.put(n, other.entry(n)));
        own.names().forEach(n -> out.put(n, own.entry(n)));
        return out;
    }

    /** The network with the case's parameters, its own. */
    public ReferringNetwork load(Backend backend) {
        Golden g = Golden.of(name);
        ReferringNetwork model = network.apply(g);
        LoadReport.load(parameters(g), model.targets(), model.sink(null))
                .acceptMissing(n -> n.endsWith("relative_position_index") || n.endsWith("num_batches_tracked"))
                .requireComplete(name);
        // The tensors of a loaded file may be shared with it: what is trained must be the model's own.
        model.namedParameters().values().forEach(p -> p.set(p.value().copy()));
        model.to(backend);
        return model;
    }

    private static Tape.Options options(Backend backend) {
        return Tape.Options.of(backend).withParallelism(Parallelism.single());
    }

    /** The case's images (B, H, W, 3). */
    public Tensor image() {
        return image(Golden.of(name));
    }

    private static Tensor image(Golden g) {
        return g.tensor("in/image").permute(0, 2, 3, 1).contiguous();
    }

    /** The case's sentences. */
    public SentenceBatch sentences() {
        return sentences(Golden.of(name));
    }

    /** The case's sentences; their phrases are all words where the case has none. */
    public static SentenceBatch sentences(Golden g) {
        Tensor context = g.tensor("in/ctx_mask");
        return new SentenceBatch(
                g.tensor("in/ids"), context, mask(g, "in/obj_mask", context), mask(g, "in/pos_mask", context));
    }

    private static Tensor mask(Golden g, String name, Tensor other) {
        return g.tensors().contains(name) ? g.tensor(name) : other;
    }

    private static Map<String, Object> run(Golden g, String run) {
        return Json.asObject(Json.asObject(g.description().get("runs"), "runs").get(run), run);
    }

    private static double tolerance(Golden g, String run, String key) {
        return Json.asDouble(
                Json.asObject(run(g, run).get("tolerance"), "tolerance").get(key), key);
    }

    /** Logits (B, 2, H, W) of a loaded model in evaluation. */
    public Tensor logits(ReferringNetwork model, Backend backend) {
        Golden g = Golden.of(name);
        Tape tape = Tape.inference(options(backend));
        Var logits = model.forward(tape, tape.constant(image(g)), sentences(g).upload(tape, model));
        return logits.value().permute(0, 3, 1, 2).contiguous();
    }

    /** Logits of a loaded model in evaluation against the case's. */
    public void checkEvaluation(ReferringNetwork model, Backend backend) {
        Golden g = Golden.of(name);
        Golden.assertClose(
                name + " on " + backend.name(),
                g.tensor("eval/out/logits"),
                logits(model, backend),
                tolerance(g, "eval", "logits"));
    }

    /** The loss of the case's training, of a model that computes in that type. */
    public Var trainingLoss(ReferringNetwork model, Tape tape, DType type) {
        Golden g = Golden.of(name);
        Tensor target = tape.indices(g.tensor("in/target").to(DType.I64), 2);
        SentenceInput in = sentences(g).upload(tape, model).cast(tape, type);
        return model.loss(tape, Cast.apply(tape, tape.constant(image(g)), type), in, target, loss);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Loss, gradients and running statistics of a loaded model after one step in training mode. */
    public void checkTraining(ReferringNetwork model, Backend backend) {
        checkTraining(model, backend, DType.F32, backend.name().equals("scalar") ? 1 : F32_SLACK, inDoubleAlone);
    }

    /** The same of a model whose parameters are f64, with scalar kernels: every gradient within its bound. */
    public void checkTrainingInDouble(ReferringNetwork model) {
        checkTraining(model, new ScalarBackend(), DType.F64, 1, Set.of());
    }

    private void checkTraining(
            ReferringNetwork model, Backend backend, DType type, double slack, Set<String> passedOver) {
        Golden g = Golden.of(name);
        Tape tape = Tape.recording(options(backend).withTraining(new RandomSource(1)));
        Var value = trainingLoss(model, tape, type);
        double want = Json.asDouble(run(g, "train").get("loss"), "loss");
        assertEquals(want, value.value().item(), want * tolerance(g, "train", "loss"), name + " loss");
        tape.backward(value);
        StateDict after = g.under("train/after/");
        Map<String, Buffer> buffers = model.namedBuffers();
        for (String n : after.names()) {
            Buffer got = buffers.get(n);
            assertNotNull(got, n);
            Golden.assertClose(name + " after/" + n, after.get(n), got.value(), 1e-4);
        }
        checkGradients(g, model.namedParameters(), slack, passedOver);
    }

    private void checkGradients(Golden g, Map<String, Parameter> parameters, double slack, Set<String> passedOver) {
        double least = slack == 1 ? 0 : F32_LEAST;
        Map<String, Object> about = Json.asObject(run(g, "train").get("gradients"), "gradients");
        Set<String> none = new HashSet<>();
        Json.asList(run(g, "train").get("no_gradient"), "no_gradient").forEach(n -> none.add(String.valueOf(n)));
        StateDict stored = g.under("train/grad/");
        int compared = 0;
        for (Map.Entry<String, Parameter> e : parameters.entrySet()) {
            String n = e.getKey();
            Tensor grad = e.getValue().grad();
            if (none.contains(n)) {
                assertNull(grad, n);
            } else if (about.containsKey(n) && !passedOver.contains(n)) {
                assertNotNull(grad, n);
                List<Object> row = Json.asList(about.get(n), n);
                double norm = Json.asDouble(row.get(0), n);
                double bound = Math.max(least, slack * Json.asDouble(row.get(1), n));
                assertEquals(norm, norm(grad), norm * bound, name + " norm of the gradient of " + n);
                if (stored.contains(n)) {
                    Golden.assertClose(name + " gradient of " + n, stored.get(n), grad, bound);
                }
                compared++;
            }
        }
        assertEquals(about.size() - passedOver.size(), compared, "gradients that the case holds");
        assertTrue(compared > 0, name);
    }

    private static double norm(Tensor t) {
        double sum = 0;
        for (double x : t.to(DType.F64).toDoubleArray()) {
            sum += x * x;
        }
        return Math.sqrt(sum);
    }

    /**
     * Optimizer groups, and the losses of the first AdamW steps. AdamW makes of a gradient's sign a step of full length, and
     * the signs of what is nearly zero are the order of the sums: kernels that sum in f32 part from the golden losses within
     * a few steps of their own, DLSA's by 1e-5 to 8e-3 with the width of the vectors alone. So each of their steps begins
     * from the weights of the scalar kernels, which sum in f64 and stay near.
     *
     * @param others whose steps are taken besides those of the scalar kernels
     */
    public void curve(List<Backend> others) {
        List<Map<String, Tensor>> scalar = steps(new ScalarBackend(), null);
        others.forEach(backend -> steps(backend, scalar));
    }

    /** The weights before each step, which begins from those of {@code leader} if there is one. */
    private List<Map<String, Tensor>> steps(Backend backend, @Nullable List<Map<String, Tensor>> leader) {
        Golden g = Golden.of(name);
        ReferringNetwork model = load(backend);
        Map<String, Object> curve = Json.asObject(g.description().get("curve"), "curve");
        int layers = model.limits().textLayers();
        List<ParameterGroup> groups =
                model.groups(Json.asDouble(curve.get("weight_decay"), "weight_decay"), layers, false);
        checkGroups(g, groups);
        model.namedParameters()
                .forEach((n, p) ->
                        p.freeze(groups.stream().noneMatch(x -> x.parameters().containsKey(n))));
        AdamW adam = new AdamW(groups, 0.9, 0.999, 1e-8, backend, Parallelism.single());
        PolySchedule schedule = PolySchedule.published(
                Json.asDouble(curve.get("lr"), "lr"), Json.asInt(curve.get("total_steps"), "total_steps"));
        List<Object> losses = Json.asList(curve.get("losses"), "losses");
        double tolerance = Json.asDouble(curve.get("tolerance"), "tolerance");
        List<Map<String, Tensor>> weights = new ArrayList<>();
        for (int step = 0; step < losses.size(); step++) {
            if (leader != null) {
                Map<String, Tensor> led = leader.get(step);
                model.namedParameters().forEach((n, p) -> p.set(led.get(n).copy()));
            }
            Map<String, Tensor> before = new HashMap<>();
            model.namedParameters().forEach((n, p) -> before.put(n, p.value().copy()));
            weights.add(before);
            Tape tape = Tape.recording(options(backend).withTraining(RandomSource.forStep(1, step)));
            Var value = trainingLoss(model, tape, DType.F32);
            double want = Json.asDouble(losses.get(step), "loss");
            assertEquals(
                    want,
                    value.value().item(),
                    want * tolerance,
                    name + ", loss of step " + step + " on " + backend.name());
            tape.backward(value);
            adam.step(schedule.at(step));
            adam.zeroGrad();
        }
        return weights;
    }

    private void checkGroups(Golden g, List<ParameterGroup> groups) {
        List<Object> wanted = Json.asList(g.description().get("groups"), "groups");
        assertEquals(wanted.size(), groups.size(), name + " groups");
        for (int i = 0; i < wanted.size(); i++) {
            Map<String, Object> group = Json.asObject(wanted.get(i), "group");
            List<String> names = List.copyOf(groups.get(i).parameters().keySet());
            assertEquals(Json.asInt(group.get("count"), "count"), names.size(), name + " size of group " + i);
            assertEquals(group.get("first"), names.getFirst(), name + " group " + i);
            assertEquals(group.get("last"), names.getLast(), name + " group " + i);
            assertEquals(
                    Json.asDouble(group.get("weight_decay"), "weight_decay"),
                    groups.get(i).weightDecay());
        }
    }
}
