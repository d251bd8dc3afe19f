package dev.swath.fianet.model;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.tensor.StateDict;
import dev.swath.testkit.Golden;
import dev.swath.weights.LoadReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class GoldenReportTest {
    private static final String SPOILT = "backbone.layers.1.fusion.vis_project.0";

    /** A golden test whose network has one wrong weight fails, and says which module goes wrong first. */
    @Test
    void aFailedGoldenTestNamesTheModule() throws IOException {
        GoldenNetwork golden = GoldenNetworks.LAVT;
        Golden g = Golden.of("lineage_lavt");
        Backend backend = Backends.cpu();
        ReferringNetwork model = golden.network().apply(g);
        StateDict weights = g.under("param/");
        LoadReport.load(weights, model.targets(), model.sink(null))
                .acceptMissing(n -> n.endsWith("relative_position_index") || n.endsWith("num_batches_tracked"))
                .requireComplete("lineage_lavt");
        model.namedParameters().values().forEach(p -> p.set(p.value().copy()));
        golden.checkEvaluation(model, backend);
        var weight = model.namedParameters().get(SPOILT + ".weight").value();
        weight.set(weight.get(0, 0, 0) + 1, 0, 0, 0);
        String message = assertThrows(AssertionError.class, () -> golden.checkEvaluation(model, backend))
                .getMessage();
        assertTrue(message.contains("'" + SPOILT + "' is the first module that differs"), message);
        Path file = Path.of("target/golden/lineage_lavt-" + backend.name() + ".txt");
        List<String> lines = Files.readAllLines(file);
        List<String> marked = lines.stream().filter(l -> l.startsWith("!")).toList();
        assertTrue(marked.getFirst().contains(SPOILT), marked.getFirst());
        assertTrue(lines.stream().anyMatch(l -> l.startsWith("  backbone.layers.0 ")), "what is right is not marked");
        Files.delete(file);
    }
}
