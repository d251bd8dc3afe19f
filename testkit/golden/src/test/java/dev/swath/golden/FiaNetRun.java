package dev.swath.golden;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Cast;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.fianet.model.fianet.GoldenModelTest;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import dev.swath.weights.LoadReport;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A run of FIANet at tiny size: its inputs, and what came of them.
 *
 * @param name by the size of its images, and whether it is in training mode
 * @param golden the case
 * @param tensors of the run
 */
record FiaNetRun(String name, Golden golden, StateDict tensors) {
    /** Of the training. */
    static final SegmentationLoss LOSS = SegmentationLoss.published();

    private static final String CASE = "model_tiny";

    /** Names of all of them. */
    static Stream<String> names() {
        return Json.asObject(Golden.of(CASE).description().get("runs"), "runs").keySet().stream();
    }

    static FiaNetRun of(String name) {
        Golden golden = Golden.of(CASE);
        return new FiaNetRun(name, golden, golden.under(name + "/"));
    }

    Map<String, Object> about() {
        return Json.asObject(
                Json.asObject(golden.description().get("runs"), "runs").get(name), name);
    }

    boolean train() {
        return Boolean.TRUE.equals(about().get("train"));
    }

    double tolerance(String key) {
        return Json.asDouble(
                Json.asObject(about().get("tolerance"), "tolerance").get(key), key);
    }

    Tensor image() {
        return tensors.get("in/image").permute(0, 2, 3, 1).contiguous();
    }

    SentenceBatch sentences() {
        return GoldenModelTest.sentences(tensors);
    }

    Tensor target(Tape tape) {
        return tape.indices(tensors.get("in/target"), 2);
    }

    ReferringNetwork load(Backend backend) {
        ReferringNetwork model = GoldenModelTest.tinyConfig(golden).create();
        LoadReport.load(golden.under("param/"), model.targets(), model.sink(null))
                .acceptMissing("relative_position_index")
                .requireComplete(CASE);
        // The tensors of a loaded file may be shared with it: what is trained must be the model's own.
        model.namedParameters().values().forEach(p -> p.set(p.value().copy()));
        model.to(backend);
        return model;
    }

    /** What is written where a check of a model fails. */
    GoldenPage page(String check, ReferringNetwork model, Backend backend) {
        return GoldenPage.ofEvaluation(
                CASE + "-" + name + "-" + check, () -> load(new ScalarBackend()), model, backend, image(), sentences());
    }

    /** The training's loss of a model that computes in that type. */
    Var loss(ReferringNetwork model, Tape tape, DType type) {
        SentenceInput in = sentences().upload(tape, model).cast(tape, type);
        return model.loss(tape, Cast.apply(tape, tape.constant(image()), type), in, target(tape), LOSS);
    }

    void checkLogits(String what, Var logits) {
        Golden.assertClose(what, tensors.get("out/logits"), logits.value().permute(0, 3, 1, 2), tolerance("out"));
    }

    void checkStatistics(ReferringNetwork model, double tolerance) {
        model.namedBuffers().forEach((n, b) -> {
            if (tensors.contains("after/" + n)) {
                Golden.assertClose("after/" + n, tensors.get("after/" + n), b.value(), tolerance);
            }
        });
    }
}
