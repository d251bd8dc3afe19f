package dev.swath.fianet.model.fianet;

import dev.swath.fianet.model.AblationTable;
import dev.swath.fianet.model.AblationTable.Variant;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.model.Trunk;
import dev.swath.fianet.model.TrunkSettings;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.parts.LanguageExchange;
import dev.swath.fianet.model.skeleton.SkeletonProvider;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Json;
import dev.swath.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Registers FIANet. */
public final class FiaNetProvider extends SkeletonProvider {
    private static final String HIDDEN = "backbone.lgce.branch.0.0.mlp.fc1.weight";

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
        return Signature.of("backbone.layers.0.context_pixel_attn.")
                .without("backbone.VMSF.", "fusion_global.", "vglva")
                .wholeWith(Trunk.TEXT, "classifier.");
    }

    @Override
    public ModelConfig published(DatasetVocabulary dataset) {
        FiaNetConfig network = dataset == DatasetVocabulary.RRSISD ? FiaNetConfig.rrsisd() : FiaNetConfig.refsegrs();
        return published(network, dataset);
    }

    @Override
    public String training(DatasetVocabulary dataset) {
        return dataset == DatasetVocabulary.RRSISD
                ? "{\"epochs\": 40, \"augment\": [\"squares\"], \"optimizer\": {\"learning_rate\": 3e-5}}"
                : "{}";
    }

    @Override
    protected Map<String, Object> compactModel() {
        return Map.of("tmem_blocks", 1);
    }

    @Override
    protected int sentenceLength(DatasetVocabulary dataset) {
        return dataset.length();
    }

    @Override
    protected FiaNetConfig network(TrunkConfig trunk, Checkpoint checkpoint) {
        return new FiaNetConfig(
                trunk,
                blocks(checkpoint),
                scales(trunk, checkpoint),
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE);
    }

    private static Scales.Kind kind(Checkpoint checkpoint) {
        return Stream.of(Scales.Kind.TMEM, Scales.Kind.CIM, Scales.Kind.LGCE)
                .filter(k -> !checkpoint
                        .tensors()
                        .namesUnder("backbone." + k.key() + ".")
                        .isEmpty())
                .findFirst()
                .orElse(Scales.Kind.NONE);
    }

    private Scales scales(TrunkConfig trunk, Checkpoint checkpoint) {
        Scales published = Scales.PUBLISHED.with(kind(checkpoint));
        int fine = fine(trunk);
        return switch (published.kind()) {
            case TMEM, NONE -> published;
            case CIM -> published.with(CrossScaleConfig.deduce(checkpoint, title()));
            case LGCE -> {
                int hidden = TrunkSettings.shape(checkpoint, title(), HIDDEN, 2).dim(0);
                int head = fine % published.exchangeHead() == 0 ? published.exchangeHead() : fine;
                yield new Scales(published.kind(), published.cim(), head, Math.max(1, hidden / fine));
            }
        };
    }

    /** Channels of the finer of the two coarsest maps. */
    private static int fine(TrunkConfig trunk) {
        return trunk.vision().width(TrunkConfig.STAGES - 2);
    }

    @Override
    protected int imageSize(NetworkConfig network) {
        FiaNetConfig c = (FiaNetConfig) network;
        return c.scales().kind() == Scales.Kind.CIM
                ? c.scales().cim().imageSize(c.vision().patch())
                : super.imageSize(network);
    }

    /** Besides the trunk's, heads of another multi-scale module than TMEM; with CIM the tensors tell the image size. */
    @Override
    public List<String> undetermined(Checkpoint checkpoint) {
        List<String> out = new ArrayList<>(super.undetermined(checkpoint));
        Scales.Kind kind = kind(checkpoint);
        if (kind == Scales.Kind.CIM) {
            out.remove("image_size");
            out.addAll(CrossScaleConfig.undetermined(checkpoint.tensors()));
        }
        if (kind == Scales.Kind.LGCE && fine(TrunkConfig.of(checkpoint, title())) % LanguageExchange.HEAD != 0) {
            out.add(Scales.HEAD);
        }
        return out;
    }

    private static int blocks(Checkpoint checkpoint) {
        return TrunkSettings.count(checkpoint.tensors(), "backbone.tmem.block.");
    }

    /** Three blocks were published for RRSIS-D. */
    @Override
    protected DatasetVocabulary dataset(Checkpoint checkpoint) {
        return blocks(checkpoint) >= 3 ? DatasetVocabulary.RRSISD : DatasetVocabulary.REFSEGRS;
    }

    @Override
    public Set<String> implied() {
        Set<String> out = new TreeSet<>(super.implied());
        out.addAll(List.of("tmem_blocks", Scales.KEY, CrossScaleConfig.KEY + ".side", Scales.RATIO));
        return out;
    }

    /**
     * The paper's. Table VI adds one part of FIAM after the other to TMEM, so its first network is the third of Table V. Figure 9 puts other
     * modules in TMEM's place.
     */
    @Override
    public List<AblationTable> ablations() {
        Variant full = Variant.full(keys(true, true, true, true, true));
        Variant fiam = new Variant("fiam", "FIAM alone", keys(true, false, true, true, true));
        String tmem = keys(false, true, true, true, true);
        return List.of(
                new AblationTable(
                        "Table V: modules",
                        List.of(
                                new Variant("baseline", "neither FIAM nor TMEM", keys(false, false, true, true, true)),
                                fiam,
                                new Variant("tmem", "TMEM alone", tmem),
                                full)),
                new AblationTable(
                        "Table VI: parts of FIAM, added to TMEM",
                        List.of(
                                new Variant("tmem", "none", tmem),
                                new Variant("modulation", "channel modulation", keys(true, true, true, false, false)),
                                new Variant("object", "+ object branch", keys(true, true, true, true, false)),
                                new Variant(full.name(), "+ position branch, the full model", full.keys()))),
                new AblationTable(
                        "Figure 9: the multi-scale module",
                        List.of(
                                new Variant(fiam.name(), "none", fiam.keys()),
                                new Variant("lgce", "LGCE", keys(Scales.Kind.LGCE)),
                                new Variant("cim", "CIM, of RMSIN", keys(Scales.Kind.CIM)),
                                new Variant(full.name(), "TMEM, the full model", full.keys()))));
    }

    private static String keys(Scales.Kind kind) {
        return Json.write(Map.of(Scales.KEY, kind.key()), false);
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

    @Override
    public Optional<NetworkConfig> warmUp() {
        return Optional.of(
                new FiaNetConfig(TrunkConfig.warmUp(), 1, FiaNetConfig.Wiring.REFERENCE, FiaNetConfig.Ablation.NONE));
    }
}
