package dev.swath.fianet.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.TinyModel;
import dev.swath.nn.ModuleException;
import dev.swath.nn.inspect.Explain;
import dev.swath.nn.inspect.Explanation;
import dev.swath.nn.inspect.Keep;
import dev.swath.nn.inspect.OpRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The numbers that made an element make it: against what the kernels gave, for every kind of op of every network. */
class ExplainTest {
    private static final String SENTENCE = SmallModels.SENTENCE;
    private static final int CELLS = 4;
    private static final int EACH = 6;

    @TempDir
    Path folder;

    static Stream<String> networks() {
        return SmallModels.names();
    }

    private static Inspection inspect(ReferringSegmenter segmenter, String... ops) {
        return Inspection.of(
                segmenter,
                TinyModel.image(70, 50, 4),
                SENTENCE,
                InspectionOptions.defaults().withKeep(Keep.ops(ops)).withMemory(2L << 30));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void everyOpIsExplained(String network) throws IOException {
        try (ReferringSegmenter segmenter = SmallModels.open(SmallModels.write(network, folder))) {
            Inspection i = inspect(segmenter, "*");
            Random random = new Random(3);
            Map<String, Integer> seen = new HashMap<>();
            for (OpRecord op : i.ops()) {
                assertTrue(Explain.knows(op.op()), op.op());
                if (seen.merge(op.op() + op.settings().keySet(), 1, Integer::sum) > EACH) {
                    continue;
                }
                for (int n = 0; n < CELLS; n++) {
                    check(i, op, random);
                }
            }
            assertTrue(seen.size() > 12, seen.toString());
        }
    }

    private static void check(Inspection i, OpRecord op, Random random) {
        int[] cell = new int[op.shape().rank()];
        for (int k = 0; k < cell.length; k++) {
            cell[k] = random.nextInt(op.shape().dim(k));
        }
        Explanation e = Explain.of(i.record(), op.name(), cell);
        assertEquals(i.opTensors(op.name()).get("").get(cell), e.stored(), op.name());
        assertEquals(e.stored(), e.value(), 1e-4 * Math.max(1, Math.abs(e.stored())), op.name() + " " + e);
        assertEquals(e.value(), e.lines().getLast().value(), op.name());
        e.rows().forEach(r -> assertEquals(e.columns().size(), r.numbers().size(), op.name()));
        if (e.columns().equals(List.of("x", "W", "x W"))) {
            double sum = 0;
            for (Explanation.Row r : e.rows()) {
                assertEquals(
                        r.numbers().get(0) * r.numbers().get(1), r.numbers().get(2), op.name());
                sum += r.numbers().get(2);
            }
            assertEquals(sum, e.lines().getFirst().value(), op.name());
        }
        try {
            Class.forName(e.opClass());
        } catch (ClassNotFoundException x) {
            throw new AssertionError(op.name() + " is said to be of " + e.opClass(), x);
        }
    }

    @Test
    void attentionShowsScoresMaskWeightsAndValues() throws IOException {
        try (ReferringSegmenter segmenter = SmallModels.open(TinyModel.write(folder.resolve("model")))) {
            String op = "backbone.layers.1.context_pixel_attn.image_lang_att:attention";
            Inspection i = inspect(segmenter, op);
            WordAttention a = i.wordAttention(2, Branch.CONTEXT).orElseThrow();
            Explanation e = Explain.of(i.record(), op, 0, 7, 3);
            assertEquals(List.of("q k", "scale q k", "mask", "score", "w", "v", "w v"), e.columns());
            assertEquals(a.words(), e.rows().size());
            for (int n = 0; n < a.words(); n++) {
                List<Double> row = e.rows().get(n).numbers();
                assertEquals(a.weights().get(0, 7, n), row.get(4), 1e-7);
                assertEquals(i.tokens().context()[n], row.get(2));
                assertEquals(row.get(1) + 1e4 * row.get(2) - 1e4, row.get(3), 1e-9);
            }
            assertEquals("dev.swath.autograd.ops.Attention", e.opClass());
            assertTrue(e.kernel().endsWith("Attention"), e.kernel());
        }
    }

    @Test
    void whatCannotBeExplainedIsSaid() throws IOException {
        try (ReferringSegmenter segmenter = SmallModels.open(TinyModel.write(folder.resolve("model")))) {
            String op = "backbone.norm0:layer_norm";
            Inspection i = inspect(segmenter, op);
            assertEquals(
                    "[explain] an element of 'backbone.norm0:layer_norm' must lie inside [1, 24, 24, 16]; got [0, 24, 0, 0]",
                    assertThrows(ModuleException.class, () -> Explain.of(i.record(), op, 0, 24, 0, 0))
                            .getMessage());
            assertEquals(
                    "[inspect] the pass must have an op of that name; got 'backbone.norm0:gelu'",
                    assertThrows(ModuleException.class, () -> Explain.of(i.record(), "backbone.norm0:gelu", 0))
                            .getMessage());
            String kept = assertThrows(
                            ModuleException.class,
                            () -> Explain.of(i.record(), "backbone.norm1:layer_norm", 0, 0, 0, 0))
                    .getMessage();
            assertTrue(kept.startsWith("[inspect] an op must be asked for"), kept);
        }
    }
}
