package dev.swath.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.model.GoldenNetwork;
import dev.swath.fianet.model.GoldenNetworks;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A golden test whose network has one wrong weight fails, and its page and its message name the module. */
class GoldenPageTest {
    private static final String SPOILT = "backbone.layers.1.fusion.vis_project.0";
    private static final long MOST_BYTES = 20_000_000;

    private final GoldenNetwork golden = GoldenNetworks.LAVT;
    private final Backend backend = Backends.cpu();
    private final ReferringNetwork model = golden.load(backend);

    private void spoil() {
        Tensor weight = model.namedParameters().get(SPOILT + ".weight").value();
        weight.set(weight.get(0, 0, 0) + 1, 0, 0, 0);
    }

    /** What the page's script reads, of the page that a failed check has written. */
    private Map<String, Object> truth(String run, GoldenPage page, Runnable check, String wrong) throws IOException {
        String message =
                assertThrows(AssertionError.class, () -> page.check(check)).getMessage();
        assertTrue(message.contains("; against a pass in f64 '" + wrong + "' is the first of "), message);
        Path file = Path.of("target/golden/lineage_lavt-" + run + "-" + backend.name() + ".html");
        assertTrue(message.endsWith("; the page is " + file), message);
        assertTrue(Files.size(file) < MOST_BYTES, Files.size(file) + " bytes");
        Matcher data = Pattern.compile("<script type=\"application/json\" id=\"data\">(.*)</script>")
                .matcher(Files.readString(file));
        assertTrue(data.find());
        Map<String, Object> page0 = Json.parseObject(data.group(1));
        Map<String, Object> seen =
                Json.asObject(Json.asList(page0.get("runs"), "runs").getFirst(), "run");
        assertTrue(Json.asString(seen.get("sentence"), "sentence")
                .matches("lineage_lavt-" + run + " on .*, sample [12] of 2"));
        Map<String, Object> truth = Json.asObject(page0.get("truth"), "truth");
        assertEquals(wrong, truth.get("first"));
        Files.delete(file);
        return truth;
    }

    private static List<String> names(Map<String, Object> truth, boolean within) {
        return Json.asList(truth.get("rows"), "rows").stream()
                .map(r -> Json.asObject(r, "row"))
                .filter(r -> r.get("within").equals(within))
                .map(r -> Json.asString(r.get("path"), "path"))
                .toList();
    }

    @Test
    void aWrongWeightIsFound() throws IOException {
        golden.checkEvaluation(model, backend);
        spoil();
        Map<String, Object> truth = truth(
                "wrong",
                WholeNetworksTest.page(golden, "wrong", model, backend),
                () -> golden.checkEvaluation(model, backend),
                SPOILT);
        assertTrue(names(truth, true).contains("backbone.layers.0"), "what is right is not marked");
        assertTrue(names(truth, false).contains("classifier"), "what follows is");
    }

    /** Of a training step with right weights whose one gradient comes back wrong, the module from which it came. */
    @Test
    void aWrongGradientIsFound() throws IOException {
        golden.checkTraining(golden.load(backend), backend);
        model.namedModules().get(SPOILT).onForward((_, _, results) -> results.getFirst()
                .onGradient(d -> d.set(d.get(0, 0, 0) + 1, 0, 0, 0)));
        GoldenPage page =
                WholeNetworksTest.page(golden, "gradient", model, backend).withGradients(golden::trainingLoss, true);
        Map<String, Object> truth =
                truth("gradient", page, () -> golden.checkTraining(model, backend), "gradient by " + SPOILT);
        assertTrue(names(truth, true).contains("classifier"), "forwards all is right");
        assertTrue(names(truth, true).contains("gradient by classifier"), "what is behind it is right");
        assertTrue(
                names(truth, false).stream().anyMatch(n -> n.startsWith("gradient by backbone.layers.0")),
                "what is before it is not");
    }
}
