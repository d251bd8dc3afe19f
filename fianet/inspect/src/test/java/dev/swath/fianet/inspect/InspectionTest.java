package dev.swath.fianet.inspect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.Hook;
import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.ReferringSegmenter.Tokens;
import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.TinyModel;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.parts.Meaning;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.nn.inspect.Keep;
import dev.swath.nn.inspect.ModuleCall;
import dev.swath.nn.inspect.OpRecord;
import dev.swath.nn.inspect.PassRecorder;
import dev.swath.nn.inspect.Result;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InspectionTest {
    private static final String SENTENCE = SmallModels.SENTENCE;

    @TempDir
    Path folder;

    static Stream<String> networks() {
        return SmallModels.names();
    }

    private static RgbImage image() {
        return SmallModels.image();
    }

    private ReferringSegmenter tiny() throws IOException {
        return SmallModels.open(SmallModels.tiny(folder.resolve("model"), ""));
    }

    /** A run that nobody watches by a listener, with every module's results. */
    private static Map<String, float[]> plain(ReferringSegmenter segmenter, RgbImage image, Tokens tokens) {
        Map<String, float[]> out = new HashMap<>();
        Map<String, Integer> calls = new HashMap<>();
        List<Hook> hooks = new ArrayList<>();
        segmenter
                .network()
                .namedModules()
                .values()
                .forEach(m -> hooks.add(m.onForward((path, _, results) -> {
                    int call = calls.merge(path, 1, Integer::sum);
                    String name = call == 1 ? path : path + "#" + call;
                    for (int i = 0; i < results.size(); i++) {
                        out.put(
                                name + (i == 0 ? "" : "[" + i + "]"),
                                results.get(i).value().toFloatArray());
                    }
                })));
        segmenter.segment(image, tokens);
        hooks.forEach(Hook::close);
        return out;
    }

    @ParameterizedTest
    @MethodSource("networks")
    void everyNetworkIsLookedIntoAndEveryTensorIsThatOfAPlainRun(String network) throws IOException {
        try (ReferringSegmenter segmenter = SmallModels.open(SmallModels.write(network, folder))) {
            Tokens tokens = Tokens.of(segmenter.parse(SENTENCE));
            Map<String, float[]> plain = plain(segmenter, image(), tokens);
            SegmentationResult result = segmenter.segment(image(), tokens);
            Inspection i = Inspection.of(
                    segmenter,
                    image(),
                    SENTENCE,
                    InspectionOptions.defaults().withKeep(Keep.modules("*")).withMemory(1L << 30));
            assertEquals(plain.keySet(), i.kept());
            plain.forEach((name, x) -> assertArrayEquals(x, i.tensor(name).toFloatArray(), name));
            assertArrayEquals(result.logits().toFloatArray(), i.logits().toFloatArray());
            assertArrayEquals(result.probability(), i.result().probability());
            assertArrayEquals(result.mask(), i.mask());

            Plan plan = Inspection.plan(
                    segmenter, tokens.ids().length, InspectionOptions.defaults().withKeep(Keep.modules("*")));
            long words = i.wordAttention().stream()
                    .mapToLong(a -> 4 * a.weights().elements())
                    .sum();
            assertEquals(i.record().keptBytes() + words, plan.remaining(), "bytes said beforehand");
            assertTrue(plan.pass() > 0);
            assertEquals(
                    i.ops().stream().map(OpRecord::name).toList(),
                    plan.record().ops().stream().map(OpRecord::name).toList());
            assertEquals(plan.record().root().flops(), i.root().flops());

            assertTrue(i.wordAttention(1, Branch.CONTEXT).isPresent(), network + " has attention from cells to words");
            for (WordAttention a : i.wordAttention()) {
                checkAttention(i, a);
            }
            for (ModuleCall m : i.modules()) {
                for (Result r : m.results()) {
                    assertEquals(0, r.statistics().nan(), r.name());
                }
            }
        }
    }

    private static void checkAttention(Inspection i, WordAttention a) {
        assertEquals(i.words().size(), a.words(), a.module());
        assertEquals(a.height() * a.width(), a.weights().dim(1), a.module());
        assertTrue(a.height() > 1 && a.width() > 1, a.module() + " is on a grid");
        for (int h = 0; h < a.heads(); h++) {
            for (int l = 0; l < a.weights().dim(1); l++) {
                double sum = 0;
                for (int n = 0; n < a.words(); n++) {
                    sum += a.weights().get(h, l, n);
                }
                assertEquals(1, sum, 1e-5, a.module());
            }
        }
    }

    @Test
    void fiaNetsBranchesAreToldApart() throws IOException {
        try (ReferringSegmenter segmenter = tiny()) {
            Inspection i = Inspection.of(
                    segmenter, image(), SENTENCE, InspectionOptions.defaults().withKeep(Keep.ops("*:attention")));
            int grid = segmenter.preprocessor().size() / 4;
            for (int stage = 1; stage <= 4; stage++) {
                WordAttention context = i.wordAttention(stage, Branch.CONTEXT).orElseThrow();
                assertEquals(grid, context.height());
                assertEquals("backbone.layers." + (stage - 1) + ".context_pixel_attn.image_lang_att", context.module());
                // The last stage hands its context branch on alone.
                assertEquals(stage < 4, i.wordAttention(stage, Branch.OBJECT).isPresent());
                assertEquals(stage < 4, i.wordAttention(stage, Branch.POSITION).isPresent());
                grid = Math.ceilDiv(grid, 2);
            }
            WordAttention tmem = i.wordAttention(0, Branch.CONTEXT).orElseThrow();
            assertEquals("backbone.tmem.block.0.tma", tmem.module());
            assertEquals(11, i.wordAttention().size());
            for (WordAttention a : i.wordAttention()) {
                checkMixture(i, a);
            }
            long[] object = i.tokens().object();
            WordAttention a = i.wordAttention(2, Branch.OBJECT).orElseThrow();
            for (int n = 0; n < object.length; n++) {
                for (float w : a.map(n)) {
                    assertTrue(object[n] == 1 || w == 0, "the object branch sees word " + n);
                }
            }
            float[] bars = a.bars(1, 2);
            for (int n = 0; n < object.length; n++) {
                assertEquals(a.map(n)[a.width() + 2], bars[n]);
            }
        }
    }

    /** Weights times values is what the op gave. */
    private static void checkMixture(Inspection i, WordAttention a) {
        Tensor v = i.opTensors(a.op()).get("v");
        Tensor y = i.opTensors(a.op()).get("");
        int width = y.dim(2) / a.heads();
        double worst = 0;
        double scale = 0;
        for (int l = 0; l < y.dim(1); l++) {
            for (int c = 0; c < y.dim(2); c++) {
                double mixed = 0;
                for (int n = 0; n < a.words(); n++) {
                    mixed += a.weights().get(c / width, l, n) * v.get(0, n, c);
                }
                worst = Math.max(worst, Math.abs(mixed - y.get(0, l, c)));
                scale = Math.max(scale, Math.abs(y.get(0, l, c)));
            }
        }
        assertTrue(scale > 0 && worst <= 2e-6 * scale, a.op() + " is off by " + worst + " of " + scale);
    }

    @Test
    void gatesPriorsAndChannelWeightsAreThere() throws IOException {
        try (ReferringSegmenter segmenter = tiny()) {
            Inspection i = Inspection.of(
                    segmenter,
                    image(),
                    SENTENCE,
                    InspectionOptions.defaults()
                            .withKeep(Keep.modules("*.conv1", "*.fc1").and(Keep.ops("*:mean", "*.fc2:linear"))));
            assertEquals(3, i.spatialPriors().size());
            for (SpatialPrior p : i.spatialPriors()) {
                Tensor before = i.tensor(p.module());
                assertEquals(Shape.of(before.dim(1), before.dim(2)), p.weights().shape());
                for (int r = 0; r < before.dim(1); r++) {
                    double x = before.get(0, r, 1, 0);
                    assertEquals(1 / (1 + Math.exp(-x)), p.weights().get(r, 1), 1e-6, p.module());
                }
            }
            assertEquals(3, i.channelWeights().size());
            for (ChannelWeights c : i.channelWeights()) {
                Map<String, Tensor> op = i.opTensors(c.module() + ":linear");
                int channels = c.weights().dim(0);
                for (int k = 0; k < channels; k++) {
                    double sum = op.get("bias").copy().get(k);
                    Tensor weight = op.get("weight").copy();
                    for (int j = 0; j < weight.dim(1); j++) {
                        sum += weight.get(k, j) * op.get("x").get(0, 0, j);
                    }
                    assertEquals(1 / (1 + Math.exp(-sum)), c.weights().get(k), 1e-5, c.module());
                }
            }
            assertEquals(
                    List.of(
                            "backbone.layers.0.context_tanh_gate",
                            "backbone.layers.0.object_position_align_blk.go_tanh_gating",
                            "backbone.layers.1.context_tanh_gate",
                            "backbone.layers.1.object_position_align_blk.go_tanh_gating",
                            "backbone.layers.2.context_tanh_gate",
                            "backbone.layers.2.object_position_align_blk.go_tanh_gating"),
                    i.gates().stream().map(Part::path).toList());
            i.gates().forEach(g -> {
                Result r = i.results().get(g.path());
                assertTrue(r.statistics().min() > -1 && r.statistics().max() < 1, g.path());
                assertTrue(r.picture() != null && r.picture().height() > 1, g.path());
            });
            assertTrue(i.parts().stream()
                    .anyMatch(
                            p -> p.meaning() == Meaning.MULTI_SCALE && p.path().equals("backbone.tmem")));
        }
    }

    @Test
    void theWordsAreMarked() throws IOException {
        try (ReferringSegmenter segmenter = tiny()) {
            Inspection i = Inspection.of(segmenter, image(), SENTENCE);
            List<WordPiece> words = i.words();
            assertEquals(i.tokens().ids().length, words.size());
            assertEquals(
                    List.of("[CLS]", "the", "road", "vehicle", "on", "the", "lower", "right", "[SEP]", "[PAD]"),
                    words.stream().limit(10).map(WordPiece::text).toList());
            assertEquals(WordPiece.Kind.CLS, words.get(0).kind());
            assertEquals(WordPiece.Kind.WORD, words.get(7).kind());
            assertEquals(WordPiece.Kind.SEP, words.get(8).kind());
            assertEquals(WordPiece.Kind.PADDING, words.getLast().kind());
            assertEquals(
                    "vehicle",
                    SENTENCE.substring(words.get(3).start(), words.get(3).end()));
            for (int n = 0; n < words.size(); n++) {
                assertEquals(i.tokens().object()[n] == 1, words.get(n).object(), "object " + n);
                assertEquals(i.tokens().ids()[n], words.get(n).id());
            }
            assertTrue(words.get(2).object()
                    && words.get(3).object()
                    && !words.get(7).object()
                    && words.get(7).location());
        }
    }

    @Test
    void moreThanMayBeKeptIsSaidBeforeThePass() throws IOException {
        try (ReferringSegmenter segmenter = tiny()) {
            int[] passes = {0};
            try (Hook _ = segmenter.network().onForward((_, _, _) -> passes[0]++)) {
                InspectionOptions all = InspectionOptions.defaults().withKeep(Keep.modules("*"));
                Plan plan = Inspection.plan(
                        segmenter, segmenter.parse(SENTENCE).encoding().ids().length, all);
                String message = assertThrows(
                                InspectionException.class,
                                () -> Inspection.of(segmenter, image(), SENTENCE, all.withMemory(plan.remaining() - 1)))
                        .getMessage();
                assertEquals(
                        "[inspect] what is to be kept takes " + plan.remaining() + " bytes, which must be at most "
                                + (plan.remaining() - 1) + "; keep fewer tensors or allow more",
                        message);
                assertEquals(0, passes[0], "no pass was begun");
                Inspection.of(segmenter, image(), SENTENCE, all.withMemory(plan.remaining()));
                assertEquals(1, passes[0]);
            }
        }
    }

    static Stream<String> published() {
        return Networks.all().stream().map(NetworkProvider::name);
    }

    /** Weights, the pass itself and every tensor that leaves a module, together, of each network as it is published. */
    @ParameterizedTest
    @MethodSource("published")
    void aWholePublishedNetworkIsLookedIntoInSixGigabytes(String name) {
        ModelConfig config = Networks.named(name).published(DatasetVocabulary.RRSISD);
        ReferringNetwork network = config.network().create();
        Plan plan =
                Watch.plan(network, config.imageSize(), config.imageSize(), config.sentenceLength(), Keep.modules("*"));
        long weights = 4 * network.parameterCount();
        assertTrue(plan.kept() > 500_000_000, name + " keeps " + plan.kept());
        assertTrue(plan.pass() > 10_000_000, name + " passes in " + plan.pass());
        assertTrue(
                weights + plan.remaining() + plan.pass() < 6_000_000_000L,
                name + ": " + weights + " + " + plan.remaining() + " + " + plan.pass());
        Plan words = Watch.plan(network, config.imageSize(), config.imageSize(), config.sentenceLength(), Keep.NOTHING);
        assertEquals(0, words.kept());
        assertEquals(plan.words(), words.words());
        assertTrue(words.words() < 50_000_000, name + " keeps of words " + words.words());
    }

    /** A network alone, before numbers, is looked into as a segmenter is before a picture. */
    @Test
    void aNetworkAloneIsLookedInto() throws IOException {
        try (ReferringSegmenter segmenter = tiny()) {
            InspectionOptions all = InspectionOptions.defaults().withKeep(Keep.modules("*"));
            Tokens tokens = Tokens.of(segmenter.parse(SENTENCE));
            Inspection whole = Inspection.of(segmenter, image(), tokens, all);
            Tensor seen = segmenter.preprocessor().apply(image());
            Inspection alone = Inspection.of(
                    segmenter.network(),
                    segmenter.backend(),
                    seen,
                    "a case",
                    tokens,
                    all,
                    PassRecorder.Observer.NOBODY);
            assertEquals(whole.kept(), alone.kept());
            for (String name : whole.kept()) {
                assertArrayEquals(
                        whole.tensor(name).toFloatArray(), alone.tensor(name).toFloatArray(), name);
            }
            assertArrayEquals(whole.seen().rgb(), alone.seen().rgb());
            assertArrayEquals(whole.seen().rgb(), alone.image().rgb());
            assertEquals("a case", alone.sentence());
            Intervention.DropWord dropped = new Intervention.DropWord(List.of(2), "without a word");
            assertArrayEquals(
                    Interventions.one(whole, dropped).result().logits().toFloatArray(),
                    Interventions.one(alone, dropped).result().logits().toFloatArray());
        }
    }

    @Test
    void anImageThatIsNotSquareHasItsOwnGrid() throws IOException {
        try (ReferringSegmenter segmenter = tiny()) {
            Inspection i = Inspection.of(
                    segmenter.network(),
                    segmenter.backend(),
                    segmenter.preprocessor().apply(image()).slice(2, 0, 40).copy(),
                    "",
                    Tokens.of(segmenter.parse(SENTENCE)),
                    InspectionOptions.defaults(),
                    PassRecorder.Observer.NOBODY);
            WordAttention first = i.wordAttention(1, Branch.CONTEXT).orElseThrow();
            assertEquals(Math.ceilDiv(segmenter.preprocessor().size(), 4), first.height());
            assertEquals(10, first.width());
            assertEquals(40, i.seen().width());
            assertEquals(40 * segmenter.preprocessor().size(), i.mask().length);
        }
    }

    @Test
    void whatIsNoImageIsRefused() throws IOException {
        try (ReferringSegmenter segmenter = tiny()) {
            String message = assertThrows(
                            InspectionException.class,
                            () -> Inspection.of(
                                    segmenter.network(),
                                    segmenter.backend(),
                                    Tensor.zeros(2, 64, 64, 3),
                                    "",
                                    Tokens.of(segmenter.parse(SENTENCE)),
                                    InspectionOptions.defaults(),
                                    PassRecorder.Observer.NOBODY))
                    .getMessage();
            assertTrue(
                    message.startsWith("[inspect] an image must have shape (1, H, W, 3) and a floating type; got "),
                    message);
        }
    }

    @Test
    void otherPassesAtTheSameTimeAreNotSeen() throws Exception {
        try (ReferringSegmenter segmenter = tiny()) {
            Tokens tokens = Tokens.of(segmenter.parse(SENTENCE));
            float[] alone = segmenter.segment(image(), tokens).logits().toFloatArray();
            Thread other = Thread.ofPlatform().start(() -> {
                for (int n = 0; n < 5; n++) {
                    segmenter.segment(TinyModel.image(40, 40, 9), tokens);
                }
            });
            Inspection closed = Inspection.of(
                    segmenter,
                    image(),
                    SENTENCE,
                    InspectionOptions.defaults()
                            .withInterventions(List.of(new Intervention.Zero("backbone.tmem", "no maps"))));
            assertFalse(java.util.Arrays.equals(alone, closed.logits().toFloatArray()));
            assertEquals(
                    1,
                    closed.modules().stream()
                            .filter(m -> m.path().equals("classifier"))
                            .count());
            other.join();
            assertArrayEquals(alone, segmenter.segment(image(), tokens).logits().toFloatArray());
        }
    }
}
