package dev.swath.fianet.inspect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.ReferringSegmenter.Tokens;
import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.TinyModel;
import dev.swath.fianet.image.RgbImage;
import dev.swath.nn.inspect.Deviation;
import dev.swath.nn.inspect.Keep;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Changes of a pass, two passes beside each other, and a pass beside a file. */
class InterventionsTest {
    private static final String SENTENCE = SmallModels.SENTENCE;
    private static final InspectionOptions ALL =
            InspectionOptions.defaults().withKeep(Keep.modules("*")).withMemory(1L << 30);

    @TempDir
    Path folder;

    static Stream<String> networks() {
        return SmallModels.names();
    }

    private static RgbImage image() {
        return SmallModels.image();
    }

    private Path write(String name, String spoilt) throws IOException {
        return SmallModels.tiny(folder.resolve(name), spoilt);
    }

    private ReferringSegmenter tiny() throws IOException {
        return SmallModels.open(write("model", ""));
    }

    private static SegmentationResult run(Inspection i, Intervention one) {
        return Interventions.together(i, List.of(one));
    }

    private static boolean same(SegmentationResult a, SegmentationResult b) {
        return Arrays.equals(a.logits().toFloatArray(), b.logits().toFloatArray());
    }

    @Test
    void aDroppedWordIsOneThatTheMasksHide() throws IOException {
        try (ReferringSegmenter segmenter = tiny()) {
            Inspection i = Inspection.of(segmenter, image(), SENTENCE);
            Tokens t = i.tokens();
            long[] context = t.context().clone();
            long[] object = t.object().clone();
            long[] position = t.position().clone();
            context[2] = 0;
            object[2] = 0;
            position[2] = 0;
            SegmentationResult masked = segmenter.segment(image(), new Tokens(t.ids(), context, object, position));
            SegmentationResult dropped = run(i, new Intervention.DropWord(List.of(2), "without road"));
            assertTrue(same(masked, dropped));
            assertFalse(same(i.result(), dropped));
            Inspection looked = Inspection.of(
                    segmenter,
                    image(),
                    SENTENCE,
                    InspectionOptions.defaults()
                            .withInterventions(List.of(new Intervention.DropWord(List.of(2), "without road"))));
            assertTrue(same(dropped, looked.result()));
            for (float w : looked.wordAttention(1, Branch.CONTEXT).orElseThrow().map(2)) {
                assertEquals(0, w);
            }
        }
    }

    @Test
    void aReplacedResultIsWhatFollowsFrom() throws IOException {
        try (ReferringSegmenter segmenter = tiny()) {
            Inspection i = Inspection.of(segmenter, image(), SENTENCE, ALL);
            Inspection other = Inspection.of(segmenter, TinyModel.image(64, 64, 8), SENTENCE, ALL);
            assertTrue(
                    same(i.result(), run(i, Interventions.from(i, "backbone.layers.1[1]"))),
                    "by itself nothing changes");
            // All that the decoder takes comes from the other pass, so the answer is the other one's.
            List<Intervention> maps = Stream.of(
                            "backbone.tmem", "backbone.tmem[1]", "backbone.tmem[2]", "backbone.tmem[3]")
                    .<Intervention>map(n -> Interventions.from(other, n))
                    .toList();
            assertArrayEquals(
                    other.logits().toFloatArray(),
                    Interventions.together(i, maps).logits().toFloatArray());
            assertFalse(same(other.result(), run(i, maps.getFirst())));
        }
    }

    @Test
    void zeroesAreWhereTheyAreAskedFor() throws IOException {
        try (ReferringSegmenter segmenter = tiny()) {
            String gate = "backbone.layers.0.context_tanh_gate";
            String block = "backbone.layers.0.blocks.0";
            String op = block + ".attn:window_attention";
            Inspection i = Inspection.of(
                    segmenter,
                    image(),
                    SENTENCE,
                    ALL.withKeep(Keep.modules("*").and(Keep.ops(op, "*align_blk:sigmoid")))
                            .withInterventions(List.of(
                                    new Intervention.Zero(gate, "gate"),
                                    new Intervention.ZeroChannel("backbone.norm1", 5, "channel"),
                                    new Intervention.ZeroHead(
                                            "backbone.layers.1.blocks.1.attn:window_attention", 1, "head"),
                                    new Intervention.Fill(
                                            "backbone.layers.1.object_position_align_blk:sigmoid", 1, "prior"))));
            for (float x : i.tensor(gate).toFloatArray()) {
                assertEquals(0, x);
            }
            Tensor norm = i.tensor("backbone.norm1");
            for (int r = 0; r < norm.dim(1); r++) {
                for (int c = 0; c < norm.dim(3); c++) {
                    assertEquals(c == 5, norm.get(0, r, 2, c) == 0, "channel " + c);
                }
            }
            for (float w : i.spatialPriors().get(1).weights().toFloatArray()) {
                assertEquals(1, w);
            }
            assertTrue(i.spatialPriors().getFirst().weights().get(0, 0) < 1);
            Inspection whole = Inspection.of(
                    segmenter,
                    image(),
                    SENTENCE,
                    ALL.withKeep(Keep.ops("backbone.layers.1.blocks.1.attn:window_attention")));
            Inspection headless = Inspection.of(
                    segmenter,
                    image(),
                    SENTENCE,
                    ALL.withKeep(Keep.ops("backbone.layers.1.blocks.1.attn:window_attention"))
                            .withInterventions(List.of(new Intervention.ZeroHead(
                                    "backbone.layers.1.blocks.1.attn:window_attention", 1, "head"))));
            Tensor before = whole.opTensors("backbone.layers.1.blocks.1.attn:window_attention")
                    .get("");
            Tensor after = headless.opTensors("backbone.layers.1.blocks.1.attn:window_attention")
                    .get("");
            int width = before.dim(3) / 2;
            for (int c = 0; c < before.dim(3); c++) {
                assertEquals(c / width == 1 ? 0 : before.get(0, 1, 1, c), after.get(0, 1, 1, c), "channel " + c);
            }
        }
    }

    /** Each of the standard changes must equal the same thing done by other means. */
    @Test
    void aSkippedModuleHandsOnWhatItWasGiven() throws IOException {
        try (ReferringSegmenter segmenter = tiny()) {
            Inspection i = Inspection.of(segmenter, image(), SENTENCE, ALL);
            Intervention skip = Interventions.standard(i).stream()
                    .filter(x -> x instanceof Intervention.Skip)
                    .findFirst()
                    .orElseThrow();
            List<Intervention> byHand = Stream.of(0, 1, 2, 3)
                    .<Intervention>map(n -> new Intervention.Replace(
                            "backbone.tmem" + (n == 0 ? "" : "[" + n + "]"), i.tensor("backbone.norm" + n), "map " + n))
                    .toList();
            assertTrue(same(Interventions.together(i, byHand), run(i, skip)));
            Intervention closed =
                    new Intervention.Zero("backbone.layers.1.object_position_align_blk.go_tanh_gating", "gate");
            Intervention off = new Intervention.Zero("backbone.layers.1.object_position_align_blk", "branches");
            assertTrue(same(run(i, off), run(i, closed)), "with the object's gate closed both branches add nothing");
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void theStandardTableRunsOnEveryNetwork(String network) throws IOException {
        try (ReferringSegmenter segmenter = SmallModels.open(SmallModels.write(network, folder))) {
            Inspection i = Inspection.of(segmenter, image(), SENTENCE);
            List<Intervention> table = Interventions.standard(i);
            assertEquals(
                    7,
                    table.stream()
                            .filter(x -> x instanceof Intervention.DropWord)
                            .count());
            List<Effect> effects = Interventions.each(i, table);
            for (Effect e : effects) {
                assertFalse(
                        same(i.result(), e.result()),
                        network + ": " + e.intervention().label() + " changes nothing");
                long both = 0;
                long any = 0;
                for (int p = 0; p < i.mask().length; p++) {
                    both += i.mask()[p] & e.result().mask()[p] ? 1 : 0;
                    any += i.mask()[p] | e.result().mask()[p] ? 1 : 0;
                }
                assertEquals(
                        any == 0 ? 1 : (double) both / any,
                        e.iou(),
                        e.intervention().label());
                assertEquals(any - both, e.gained() + e.lost(), e.intervention().label());
            }
            assertTrue(same(i.result(), segmenter.segment(image(), i.tokens())), "afterwards all is as before");
            if (network.equals("fianet")) {
                List<String> labels = table.stream().map(Intervention::label).toList();
                assertTrue(
                        labels.containsAll(List.of(
                                "without \"vehicle\"",
                                "gate of stage 1 closed",
                                "object branch of stage 3 off",
                                "position branch of stage 2 off",
                                "multi-scale module skipped")),
                        labels.toString());
            }
        }
    }

    @Test
    void whatCannotBeChangedIsSaid() throws IOException {
        try (ReferringSegmenter segmenter = tiny()) {
            Inspection i = Inspection.of(segmenter, image(), SENTENCE, ALL);
            Map<Intervention, String> wrong = Map.of(
                    new Intervention.Zero("backbone.tmen", "x"),
                    "[intervention] a module must be one of the network's, by its full name; got 'backbone.tmen'",
                    new Intervention.Zero("backbone.layers.3.fc1", "the last squeeze"),
                    "[intervention] what is to be changed must happen in the pass; this did not: the last squeeze",
                    new Intervention.ZeroChannel("backbone.norm0", 16, "x"),
                    "[intervention] a channel of 'backbone.norm0' must lie in [0, 16); got 16",
                    new Intervention.ZeroHead("backbone.layers.0.blocks.0.attn:window_attention", 1, "x"),
                    "[intervention] a head of 'backbone.layers.0.blocks.0.attn:window_attention' must be one of its 1, counted from 0; got 1",
                    new Intervention.DropWord(List.of(99), "x"),
                    "[intervention] a word's position must lie in [0, "
                            + i.words().size() + "); got 99",
                    new Intervention.Replace("backbone.norm0", Tensor.zeros(2, 2), "x"),
                    "[intervention] what takes the place of 'backbone.norm0' must have its shape, [1, 24, 24, 16]; got f32[2, 2] on cpu",
                    new Intervention.Replace("backbone.norm0[x]", Tensor.zeros(2, 2), "x"),
                    "[intervention] what is to be changed must happen in the pass; this did not: x");
            wrong.forEach((intervention, sentence) -> assertEquals(
                    sentence,
                    assertThrows(InspectionException.class, () -> run(i, intervention))
                            .getMessage()));
            assertTrue(same(i.result(), segmenter.segment(image(), i.tokens())), "afterwards all is as before");
        }
    }

    @Test
    void twoPassesPartWhereAWeightIsSpoilt() throws IOException {
        String name = "backbone.layers.1.blocks.1.mlp.fc1";
        Path right = write("spoilt", name + ".weight");
        try (ReferringSegmenter a = tiny();
                ReferringSegmenter b = SmallModels.open(right)) {
            Inspection left = Inspection.of(a, image(), SENTENCE, ALL);
            Comparison c = Comparison.of(left, b, image(), SENTENCE, InspectionOptions.defaults());
            assertEquals(left.kept().size(), c.modules().size());
            assertEquals(name, c.parts().orElseThrow().name());
            assertEquals(name, c.modules().get(index(c, d -> !d.isEqual())).name());
            assertEquals(Map.of(), withoutWords(c.right().record().tensors()), "the right one kept nothing");
            Comparison kept = Comparison.of(left, Inspection.of(b, image(), SENTENCE, ALL));
            assertEquals(c.modules(), kept.modules());
            assertTrue(c.most().orElseThrow().norm() >= c.parts().orElseThrow().norm());
            Comparison same = Comparison.of(left, a, image(), SENTENCE, InspectionOptions.defaults());
            assertTrue(same.parts().isEmpty());
            assertEquals(1, same.iou().orElseThrow());
            Comparison words =
                    Comparison.of(left, a, image(), "the road on the lower right", InspectionOptions.defaults());
            assertEquals(
                    "text_encoder.embeddings.word_embeddings",
                    words.parts().orElseThrow().name());
        }
    }

    private static Map<String, Tensor> withoutWords(Map<String, Tensor> tensors) {
        Map<String, Tensor> out = new java.util.HashMap<>(tensors);
        out.keySet().removeIf(n -> n.endsWith(".fc2"));
        return out;
    }

    private static int index(Comparison c, java.util.function.Predicate<Deviation> p) {
        for (int i = 0; i < c.modules().size(); i++) {
            if (p.test(c.modules().get(i))) {
                return i;
            }
        }
        return -1;
    }

    /** A dump of a sound run, some of it as PyTorch lays maps out, names the first module of a spoilt one. */
    @Test
    void aReferenceNamesTheFirstModuleThatGoesWrong() throws IOException {
        String name = "backbone.layers.2.context_pixel_attn.vis_project.0";
        Path file = folder.resolve("reference.safetensors");
        Path right = write("spoilt", "none");
        StateDict weights = TinyModel.weights();
        try (ReferringSegmenter a = tiny();
                ReferringSegmenter b = SmallModels.open(right)) {
            Inspection sound = Inspection.of(a, image(), SENTENCE, ALL);
            StateDict dump = new StateDict();
            sound.record()
                    .tensors()
                    .forEach((n, t) -> dump.put(
                            n.isEmpty() ? "network" : n,
                            t.rank() == 4 ? t.permute(0, 3, 1, 2).contiguous() : t));
            Safetensors.write(file, dump, Map.of());
            Reference fine = Reference.compare(b, image(), SENTENCE, file, 0);
            assertTrue(fine.first().isEmpty(), fine.verdict());
            assertEquals(List.of("network"), fine.unknown());
            assertEquals(dump.names().size() - 1, fine.modules().size());
            assertEquals(weights.names().size(), TinyModel.weights().names().size());
        }
        Path spoilt = TinyModel.write(folder.resolve("worse"), (n, t) -> {
            if (t.dtype().isFloating() && t.rank() > 1) {
                t.copyFrom(SmallModels.scaled(t, 3));
            }
            if (n.equals(name + ".weight")) {
                t.set(t.get(1, 1, 0) + 0.5, 1, 1, 0);
            }
        });
        try (ReferringSegmenter b = SmallModels.open(spoilt)) {
            Reference wrong = Reference.compare(b, image(), SENTENCE, file, 1e-4);
            assertEquals(name, wrong.first().orElseThrow().name());
            assertTrue(wrong.verdict().startsWith("'" + name + "' is the first of "), wrong.verdict());
            Reference kept = Reference.compare(Inspection.of(b, image(), SENTENCE, ALL), file, 1e-4);
            assertEquals(wrong.modules(), kept.modules());
            StateDict other = new StateDict();
            other.put("conv1.weight", Tensor.zeros(2));
            Safetensors.write(file, other, Map.of());
            String message = assertThrows(
                            InspectionException.class, () -> Reference.compare(b, image(), SENTENCE, file, 1e-4))
                    .getMessage();
            assertTrue(
                    message.endsWith(
                            "must hold tensors under the names of modules; none of its 1 names is one that the pass has, such as 'backbone.layers.0'"),
                    message);
        }
        assertTrue(Files.exists(file));
    }
}
