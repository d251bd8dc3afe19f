package dev.swath.fianet.model.fianet;

import dev.swath.fianet.model.AblationTable;
import dev.swath.fianet.model.AblationTable.Variant;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.model.TrunkSettings;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Json;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.weights.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Registers FIANet. */
public final class FiaNetProvider implements NetworkProvider {
    /** Side of the published models' images. */
    private static final int SIZE = 480;

    /** Made by the list of networks. */
    public FiaNetProvider() {}

    @Override
    public String name() {
        return FiaNetConfig.NAME;
    }

    @Override
    public String title() {
        return "FIANet";
    }

    @Override
    public Signature signature() {
        return Signature.of("backbone.tmem.", "context_pixel_attn.", "classifier.", "text_encoder.");
    }

    @Override
    public ModelConfig published(DatasetVocabulary dataset) {
        FiaNetConfig network = dataset == DatasetVocabulary.RRSISD ? FiaNetConfig.rrsisd() : FiaNetConfig.refsegrs();
        return new ModelConfig(network, dataset, dataset.length(), SIZE);
    }

    @Override
    public String training(DatasetVocabulary dataset) {
        return dataset == DatasetVocabulary.RRSISD
                ? "{\"epochs\": 40, \"augment\": [\"squares\"], \"optimizer\": {\"learning_rate\": 3e-5}}"
                : "{}";
    }

    @Override
    public Optional<String> compact() {
        try (InputStream in = FiaNetProvider.class.getResourceAsStream("compact.json")) {
            return Optional.of(
                    new String(Objects.requireNonNull(in, "compact.json").readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String vocabularyKey() {
        return "bert.vocabulary";
    }

    /** By the tensors, and by the arguments of the training script where the file has them. */
    @Override
    public ModelConfig deduce(Checkpoint checkpoint) {
        SwinConfig vision = TrunkSettings.swin(checkpoint, title());
        BertConfig text = TrunkSettings.bert(checkpoint, title());
        ScriptArguments arguments = new ScriptArguments(checkpoint.settings().arguments());
        int blocks = TrunkSettings.count(checkpoint.tensors(), "backbone.tmem.block.", ".norm1.weight");
        FiaNetConfig network = new FiaNetConfig(
                vision,
                text,
                arguments.fusionHeads().orElse(List.of(1, 1, 1, 1)),
                blocks,
                0,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE);
        DatasetVocabulary dataset =
                arguments.dataset().orElse(blocks >= 3 ? DatasetVocabulary.RRSISD : DatasetVocabulary.REFSEGRS);
        return new ModelConfig(
                network,
                dataset,
                Math.min(dataset.length(), text.positions()),
                arguments.imageSize().orElse(SIZE));
    }

    /** The heads of a BERT of no published width; the image size of a network of other sizes than the published one. */
    @Override
    public List<String> undetermined(Checkpoint checkpoint) {
        SwinConfig vision = TrunkSettings.swin(checkpoint, title());
        BertConfig text = TrunkSettings.bert(checkpoint, title());
        List<String> out = new ArrayList<>();
        if (!TrunkSettings.isStandard(text)) {
            out.add("bert.heads");
        }
        boolean published = vision.equals(SwinConfig.base(vision.window()))
                && text.hidden() == BertConfig.base().hidden();
        if (!published
                && new ScriptArguments(checkpoint.settings().arguments())
                        .imageSize()
                        .isEmpty()) {
            out.add("image_size");
        }
        return out;
    }

    @Override
    public Set<String> implied() {
        Set<String> out = new TreeSet<>(TrunkSettings.implied());
        out.add("tmem_blocks");
        return out;
    }

    @Override
    public boolean optional(String name) {
        return name.endsWith("relative_position_index");
    }

    @Override
    public List<AblationTable> ablations() {
        Variant full = Variant.full(keys(true, true, true, true, true));
        return List.of(
                new AblationTable(
                        "Table V: modules",
                        List.of(
                                new Variant("baseline", "neither FIAM nor TMEM", keys(false, false, true, true, true)),
                                new Variant("fiam", "FIAM alone", keys(true, false, true, true, true)),
                                new Variant("tmem", "TMEM alone", keys(false, true, true, true, true)),
                                full)),
                new AblationTable(
                        "Table VI: parts of FIAM",
                        List.of(
                                new Variant(
                                        "no-object", "without the object branch", keys(true, true, true, false, true)),
                                new Variant(
                                        "no-position",
                                        "without the position branch",
                                        keys(true, true, true, true, false)),
                                new Variant(
                                        "no-modulation",
                                        "without channel modulation",
                                        keys(true, true, false, true, true)),
                                full)));
    }

    private static String keys(
            boolean fiam, boolean tmem, boolean modulation, boolean groundObject, boolean spatialPosition) {
        return Json.write(
                Map.of(
                        "ablation",
                        FiaNetConfig.toJson(
                                new FiaNetConfig.Ablation(fiam, tmem, modulation, groundObject, spatialPosition))),
                false);
    }

    /** Small everywhere, but with the widths of a head and the windows of the published models. */
    @Override
    public Optional<NetworkConfig> warmUp() {
        return Optional.of(new FiaNetConfig(
                new SwinConfig(16, List.of(2, 1, 1, 1), List.of(1, 1, 2, 4), 12, 4, 4, 0),
                new BertConfig(8, 128, 1, 2, 256, 20, 1, 0, 1e-12),
                List.of(1, 1, 1, 1),
                1,
                0,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE));
    }
}
