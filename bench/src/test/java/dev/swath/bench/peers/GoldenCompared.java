package dev.swath.bench.peers;

import dev.swath.files.json.Json;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import java.util.List;
import java.util.Map;

/** A golden case of a compared network at tiny size. */
final class GoldenCompared {
    private final ComparedNetwork network;
    private final Golden golden;

    GoldenCompared(ComparedNetwork network) {
        this.network = network;
        this.golden = Golden.of(
                switch (network) {
                    case LAVT, LAVT_ONE -> "lineage_lavt";
                    case RMSIN, REMOTESAM -> "rmsin_net";
                    case DLSA_ORIGINAL -> "dlsa_original_net";
                    case DLSA_LEGACY -> "dlsa_legacy_net";
                    case MAFN -> "mafn_net";
                    case LGCE -> "lgce_net";
                    case CROSSVLT -> "crossvlt_net";
                    case FIANET_CIM -> "rmsin_cim_in_fianet";
                    case FIANET_LGCE -> "lgce_in_fianet";
                    case FIANET_NONE -> throw new IllegalArgumentException("there is no golden case of " + network);
                });
    }

    ComparedConfig config() {
        Map<String, Object> v = Json.asObject(golden.config().get("vision"), "vision");
        Map<String, Object> t = Json.asObject(golden.config().get("text"), "text");
        NetworkConfig trunk = new NetworkConfig(
                number(v, "embed_dim", 0),
                numbers(v, "depths"),
                numbers(v, "heads"),
                number(v, "window", 0),
                numbers(v, "fusion_heads"),
                0,
                new NetworkConfig.Text(
                        number(t, "vocab", 0),
                        number(t, "hidden", 0),
                        number(t, "layers", 0),
                        number(t, "heads", 0),
                        number(t, "intermediate", 0),
                        number(t, "positions", 0),
                        number(t, "types", 0)));
        Map<String, Object> c = golden.config();
        return new ComparedConfig(
                network,
                trunk,
                new ComparedConfig.Parts(
                        number(c, "side", 2),
                        number(c, "heads", 2),
                        number(c, "key", 4),
                        number(c, "head", 4),
                        number(c, "ratio", 4),
                        number(c, "noise_heads", 2),
                        number(c, "hidden", 8),
                        number(c, "align", 6),
                        number(c, "head", 4)));
    }

    private static int number(Map<String, Object> from, String key, int otherwise) {
        return from.containsKey(key) ? Json.asInt(from.get(key), key) : otherwise;
    }

    private static List<Integer> numbers(Map<String, Object> from, String key) {
        return Json.asList(from.get(key), key).stream()
                .map(x -> Json.asInt(x, key))
                .toList();
    }

    /** The case's own weights, and the others from the case of FIANet where its description says so. */
    StateDict weights() {
        StateDict own = golden.under("param/");
        if (!golden.description().containsKey("other_parameters")) {
            return own;
        }
        StateDict all = new StateDict();
        StateDict other = new GoldenNetwork().weights();
        other.names().stream()
                .filter(name -> !name.startsWith("backbone.tmem.") && !own.contains(name))
                .forEach(name -> all.put(name, other.entry(name)));
        own.names().forEach(name -> all.put(name, own.entry(name)));
        return all;
    }

    FiaNetInput input() {
        Tensor context = golden.tensor("in/ctx_mask");
        return new FiaNetInput(
                golden.tensor("in/image"),
                golden.tensor("in/ids"),
                context,
                mask("in/obj_mask", context),
                mask("in/pos_mask", context));
    }

    private Tensor mask(String name, Tensor otherwise) {
        return golden.tensors().contains(name) ? golden.tensor(name) : otherwise;
    }

    Tensor target() {
        return golden.tensor("in/target").to(DType.I64);
    }

    Tensor logits() {
        return golden.tensor("eval/out/logits");
    }

    /** Statistics of batch norms after one pass in training. */
    StateDict after() {
        return golden.under("train/after/");
    }

    /** Gradients that are stored whole. */
    StateDict gradients() {
        return golden.under("train/grad/");
    }

    double trainingLoss() {
        return Json.asDouble(run("train").get("loss"), "loss");
    }

    double tolerance(String run, String output) {
        return Json.asDouble(
                Json.asObject(run(run).get("tolerance"), "tolerance").get(output), output);
    }

    /** Length of the gradient, and by how much of it one in 32-bit floats may be off, of each parameter that may be compared. */
    Map<String, Object> lengths() {
        return Json.asObject(run("train").get("gradients"), "gradients");
    }

    List<String> withoutGradient() {
        return Json.asList(run("train").get("no_gradient"), "no_gradient").stream()
                .map(String::valueOf)
                .toList();
    }

    /** Losses of successive steps, learning rates as {@link #rate}. */
    List<Double> curve() {
        return Json.asList(curveMap().get("losses"), "losses").stream()
                .map(x -> Json.asDouble(x, "loss"))
                .toList();
    }

    double rate(int step) {
        double first = Json.asDouble(curveMap().get("lr"), "lr");
        double total = Json.asDouble(curveMap().get("total_steps"), "total_steps");
        return first * Math.pow(1 - step / total, Json.asDouble(curveMap().get("power"), "power"));
    }

    private Map<String, Object> curveMap() {
        return Json.asObject(golden.description().get("curve"), "curve");
    }

    private Map<String, Object> run(String name) {
        return Json.asObject(
                Json.asObject(golden.description().get("runs"), "runs").get(name), name);
    }
}
