package dev.swath.bench.peers;

import dev.swath.files.json.Json;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;

/** The golden case of the whole network at tiny size. */
final class GoldenNetwork {
    private final Golden golden = Golden.of("model_tiny");

    StateDict weights() {
        return golden.under("param/");
    }

    FiaNetInput input(String run) {
        StateDict inputs = golden.under(run + "/in/");
        return new FiaNetInput(
                inputs.get("image"),
                inputs.get("ids"),
                inputs.get("ctx_mask"),
                inputs.get("obj_mask"),
                inputs.get("pos_mask"));
    }

    Tensor logits(String run) {
        return golden.tensor(run + "/out/logits");
    }

    /** Largest error that a run in 32-bit floats may show. */
    double tolerance(String run) {
        Object runs = golden.description().get("runs");
        Object tolerance =
                Json.asObject(Json.asObject(runs, "runs").get(run), run).get("tolerance");
        return Json.asDouble(Json.asObject(tolerance, "tolerance").get("out"), "out");
    }
}
