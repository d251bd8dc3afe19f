package dev.swath.fianet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.Safetensors;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A small network of every kind, saved in every outer form that published files have: each is the same network with the same weights, or
 * is refused in one sentence that names what is wrong.
 */
class PublishedLayoutsTest {
    private static final Map<SmallNetwork, Specimen> MADE = new ConcurrentHashMap<>();
    private static final String TEXT = "text_encoder.";

    /** One of them with weights. */
    private record Specimen(NetworkProvider provider, ModelConfig config, StateDict weights) {
        static Specimen of(SmallNetwork kind) {
            return MADE.computeIfAbsent(kind, Specimen::make);
        }

        private static Specimen make(SmallNetwork kind) {
            ModelConfig config = kind.config("\"image_size\": 64");
            ReferringNetwork network = config.network().create();
            network.initialise(new RandomSource(3));
            return new Specimen(Networks.named(kind.network()), config, network.stateDict());
        }

        /** The configuration with what the arguments say. */
        ModelConfig told() {
            Map<String, Object> keys = new LinkedHashMap<>(Map.of("dataset", "rrsisd"));
            if (config.toJson().containsKey("fusion_heads")) {
                keys.put("fusion_heads", List.of(1L, 2L, 1L, 2L));
            }
            if (config.toJson().containsKey("text_decoder")) {
                keys.put("text_decoder", Map.of("stages", "tg4_tg3"));
            }
            return ModelConfig.fromJson(new Fields(keys, "the test"), config);
        }

        /** The arguments of a training script, much of which says nothing of the network. */
        Map<String, Object> arguments() {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("model", provider.name() + "_one");
            out.put("dataset", "rrsis-d");
            out.put("img_size", config.imageSize());
            out.put("mha", "1-2-1-2");
            out.put("lr", 3e-5);
            out.put("pretrained_swin_weights", "./pretrained/swin.pth");
            out.put("amsgrad", true);
            out.put("kernels", List.of(1, 3, 5));
            out.put("use_text_decoder", true);
            out.put("text_decoder_stages", "tg4_tg3");
            return out;
        }

        /** What only a configuration can say of it. */
        String settings(StateDict tensors, Checkpoint.Settings beside) {
            Checkpoint file = new Checkpoint(Path.of("x.pth"), Checkpoint.Format.TORCH, tensors, beside, List.of());
            Map<String, Object> all = config.toJson();
            Map<String, Object> out = new LinkedHashMap<>();
            for (String key : provider.undetermined(file)) {
                String[] path = key.split("\\.");
                Object value = path.length == 1
                        ? all.get(key)
                        : Json.asObject(all.get(path[0]), path[0]).get(path[1]);
                Object inside = path.length == 1 ? value : Map.of(path[1], value);
                out.merge(path[0], inside, (a, b) -> {
                    Map<String, Object> both = new LinkedHashMap<>(Json.asObject(a, key));
                    both.putAll(Json.asObject(b, key));
                    return both;
                });
            }
            if (provider.name().equals("remotesam")) {
                out.put(ModelConfig.NETWORK, provider.name()); // another grid than the published one
            }
            return Json.write(out, false);
        }

        /** Before the names of its BERT. */
        String text() {
            return weights.namesUnder(TEXT).isEmpty() ? "lang_stage1." : TEXT;
        }

        StateDict renamed(UnaryOperator<String> rename) {
            StateDict out = new StateDict();
            weights.names().forEach(n -> out.put(rename.apply(n), weights.entry(n)));
            return out;
        }

        /** The weights in another precision under other names. */
        StateDict in(DType type, UnaryOperator<String> rename) {
            StateDict out = new StateDict();
            weights.names().forEach(n -> {
                Tensor value = weights.get(n);
                out.put(rename.apply(n), value.dtype().isFloating() ? value.to(type) : value);
            });
            return out;
        }

        Specimen without(Set<String> names) {
            StateDict out = new StateDict();
            weights.names().stream().filter(n -> !names.contains(n)).forEach(n -> out.put(n, weights.entry(n)));
            return new Specimen(provider, config, out);
        }

        /** Names that a file may lack. */
        Set<String> optional() {
            Set<String> out = new LinkedHashSet<>();
            weights.names().stream()
                    .filter(n -> provider.optional(n, config.network()))
                    .forEach(out::add);
            return out;
        }

        StateDict part(String prefix, String instead) {
            StateDict out = new StateDict();
            weights.namesUnder(prefix).forEach(n -> out.put(instead + n.substring(prefix.length()), weights.entry(n)));
            return out;
        }
    }

    /** An outer form, and what it may change. */
    enum Form {
        TRAINING(s -> new SavedFile()
                .weights("model", s.renamed(n -> "module." + n))
                .training(s.weights)
                .arguments(s.arguments())),
        LEGACY(s ->
                new SavedFile().weights("model", s.weights).training(s.weights).arguments(s.arguments())),
        HALF_AND_COMPILED(s -> new SavedFile().bare(s.in(DType.F16, n -> "_orig_mod." + n))),
        DOUBLE_WITHOUT_WHAT_MAY_BE_ABSENT(s -> new SavedFile()
                .weights("state_dict", s.without(s.optional()).in(DType.F64, n -> "module._orig_mod." + n))),
        SAFETENSORS_WITH_MORE(_ -> new SavedFile()),
        BERT_APART(s -> new SavedFile().weights("model", body(s)).weights("bert_model", s.part(TEXT, ""))),
        BERT_APART_PARALLEL(
                s -> new SavedFile().weights("model", body(s)).weights("bert_model", pooled(s.part(TEXT, "module."))));

        private final Function<Specimen, SavedFile> made;

        Form(Function<Specimen, SavedFile> made) {
            this.made = made;
        }

        private static StateDict body(Specimen s) {
            return s.without(Set.copyOf(s.weights.namesUnder(TEXT))).weights;
        }

        private static StateDict pooled(StateDict text) {
            text.put("module.pooler.dense.weight", Tensor.zeros(16, 16));
            text.put("module.pooler.dense.bias", Tensor.zeros(16));
            return text;
        }

        /** What saves of a BERT hold besides. */
        private static StateDict more(Specimen s) {
            StateDict out = s.renamed(n -> n);
            out.put(s.text() + "embeddings.position_ids", Tensor.zeros(DType.I64, Shape.of(1, 24)));
            out.put(s.text() + "pooler.dense.weight", Tensor.zeros(16, 16));
            out.put(s.text() + "cls.predictions.bias", Tensor.zeros(11));
            return out;
        }

        Path write(Specimen s, Path folder) throws IOException {
            if (this == SAFETENSORS_WITH_MORE) {
                Path file = folder.resolve("model.safetensors");
                Safetensors.write(file, more(s), Map.of());
                return file;
            }
            Path file = folder.resolve("best.pth");
            SavedFile saved = made.apply(s);
            return this == LEGACY ? saved.legacy(file) : saved.zip(file);
        }

        boolean hasArguments() {
            return this == TRAINING || this == LEGACY;
        }
    }

    static Stream<SmallNetwork> kinds() {
        return SmallNetwork.all();
    }

    /** Names of tensors by whose presence or shapes the trunk's sizes are told, the same for most networks. */
    private static final Pattern TRUNK = Pattern.compile("patch_embed\\.proj\\.weight|\\.0\\.norm1\\.weight"
            + "|blocks\\.1\\.attn\\.relative_position_bias_table|layer\\.1\\.output\\.dense\\.weight|word_embeddings");

    /** Those by which a network's own sizes and parts are told. */
    private static final Pattern OWN = Pattern.compile(
            "tg1\\.(inject_gate|lang_proj)\\.0\\.weight"
                    + "|layers\\.0\\.sgAMC\\.(branch_queries|convs\\.1\\.weight)|csa1\\.m\\.attention\\.(proj|qkv\\.c)\\.weight"
                    + "|mscb4\\.msdc\\.dwconvs\\.1\\.0\\.weight|tmem\\.block\\.0\\.norm1\\.weight|lgce\\.branch\\.0\\.0\\.mlp\\.fc1\\.weight");

    static Stream<Arguments> forms() {
        return kinds().flatMap(k -> Stream.of(Form.values())
                .filter(f -> !k.network().equals("crossvlt") || !f.name().startsWith("BERT_APART"))
                .map(f -> Arguments.of(k, f)));
    }

    @TempDir
    Path folder;

    private static OpenedFile open(Specimen s, Path file) throws IOException {
        Checkpoint checkpoint = Checkpoint.open(file);
        return OpenedFile.of(file, s.settings(checkpoint.tensors(), checkpoint.settings()));
    }

    /** The same configuration, from which the same passes follow, and bit for bit the same weights. */
    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("forms")
    void itIsTheSameNetwork(SmallNetwork kind, Form form) throws IOException {
        Specimen s = Specimen.of(kind);
        OpenedFile opened = open(s, form.write(s, folder));
        ModelConfig wanted = form.hasArguments() ? s.told() : s.config;
        assertEquals(wanted.network().toJson(), opened.network().config().toJson());
        assertEquals(wanted.sentenceLength(), opened.sentenceLength());
        assertEquals(wanted.imageSize(), opened.imageSize());
        StateDict got = opened.network().stateDict();
        assertEquals(List.copyOf(s.weights.names()), List.copyOf(got.names()));
        Set<String> madeUp = form == Form.DOUBLE_WITHOUT_WHAT_MAY_BE_ABSENT ? s.optional() : Set.of();
        for (String name : s.weights.names()) {
            Tensor value = s.weights.get(name);
            if (form == Form.HALF_AND_COMPILED && value.dtype().isFloating()) {
                value = value.to(DType.F16).to(DType.F32);
            }
            boolean computed = !name.endsWith("relative_position_index") && madeUp.contains(name);
            if (!computed) {
                assertEquals(-1, value.toBytes().mismatch(got.get(name).toBytes()), name);
            }
        }
    }

    private String refused(Specimen s, StateDict tensors) throws IOException {
        Path file = new SavedFile().weights("model", tensors).zip(folder.resolve("changed.pth"));
        String settings = s.settings(s.weights, Checkpoint.Settings.NONE);
        WeightsException e = assertThrows(WeightsException.class, () -> OpenedFile.of(file, settings));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("[weights] ") && message.contains("changed.pth"), message);
        assertFalse(message.contains("\n") || message.contains("Exception"), message);
        return message;
    }

    /** Whatever tensor is missing, it is named. */
    @ParameterizedTest
    @MethodSource("kinds")
    void aMissingTensorIsNamed(SmallNetwork kind) throws IOException {
        Specimen s = Specimen.of(kind);
        Set<String> optional = s.optional();
        List<String> needed =
                s.weights.names().stream().filter(n -> !optional.contains(n)).toList();
        boolean every = Boolean.getBoolean("swath.test.every");
        boolean trunk = kind.network().equals("lavt") || kind.network().equals("crossvlt");
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < needed.size(); i++) {
            String name = needed.get(i);
            boolean decides =
                    OWN.matcher(name).find() || trunk && TRUNK.matcher(name).find();
            if (!every && i % 150 != 0 && !decides) {
                continue;
            }
            String message = refused(s, s.without(Set.of(name)).weights);
            if (!message.contains(name)) {
                wrong.add(name + ": " + message);
            }
        }
        assertEquals(List.of(), wrong);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void unknownTensorsAreNamed(SmallNetwork kind) throws IOException {
        Specimen s = Specimen.of(kind);
        List<String> names = List.of("backbone.other.weight", "classifier.conv9_9.weight", s.text() + "encoder.other");
        StateDict more = s.renamed(n -> n);
        names.forEach(n -> more.put(n, Tensor.zeros(3)));
        String message = refused(s, more);
        assertTrue(message.contains("3 unexpected: " + String.join(", ", names)), message);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aTensorOfAnotherShapeIsNamed(SmallNetwork kind) throws IOException {
        Specimen s = Specimen.of(kind);
        StateDict other = s.without(Set.of("classifier.conv1_1.bias")).weights;
        other.put("classifier.conv1_1.bias", Tensor.zeros(3));
        String message = refused(s, other);
        assertTrue(message.contains("1 of another shape: classifier.conv1_1.bias"), message);
    }

    /** Without its decoder, or without its text encoder, by which CrossVLT is known. */
    @ParameterizedTest
    @MethodSource("kinds")
    void aPartIsCalledOne(SmallNetwork kind) throws IOException {
        Specimen s = Specimen.of(kind);
        for (String part : s.text().equals(TEXT) ? List.of(TEXT, "classifier.") : List.of("classifier.")) {
            String message = refused(s, s.without(Set.copyOf(s.weights.namesUnder(part))).weights);
            assertTrue(message.contains(" holds a part of ") || message.contains(" missing: " + part), message);
        }
    }
}
