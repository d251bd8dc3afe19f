package dev.swath.fianet.model.fianet;

import dev.swath.fianet.model.AblationTable;
import dev.swath.fianet.model.AblationTable.Variant;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.model.TrunkSettings;
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

/** Registers FIANet. */
public final class FiaNetProvider extends SkeletonProvider {
    private static final String MULTI_SCALE = "multi_scale";

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
        return new FiaNetConfig(trunk, blocks(checkpoint), FiaNetConfig.Wiring.REFERENCE, FiaNetConfig.Ablation.NONE);
    }

    private static int blocks(Checkpoint checkpoint) {
        return TrunkSettings.count(checkpoint.tensors(), "backbone.tmem.block.", ".norm1.weight");
    }

    /** Three blocks were published for RRSIS-D. */
    @Override
    protected DatasetVocabulary dataset(Checkpoint checkpoint) {
        return blocks(checkpoint) >= 3 ? DatasetVocabulary.RRSISD : DatasetVocabulary.REFSEGRS;
    }

    @Override
    public Set<String> implied() {
        Set<String> out = new TreeSet<>(super.implied());
        out.add("tmem_blocks");
        return out;
    }

    /**
     * The paper's. Table VI adds one part of FIAM after the other to TMEM, so its first network is the third of Table V. Figure 9 puts other
     * modules in TMEM's place; it is listed as soon as the configuration has the key {@code multi_scale}.
     */
    @Override
    public List<AblationTable> ablations() {
        Variant full = Variant.full(keys(true, true, true, true, true));
        Variant fiam = new Variant("fiam", "FIAM alone", keys(true, false, true, true, true));
        String tmem = keys(false, true, true, true, true);
        List<AblationTable> out = new ArrayList<>(List.of(
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
                                new Variant(full.name(), "+ position branch, the full model", full.keys())))));
        if (FiaNetConfig.refsegrs().toJson().containsKey(MULTI_SCALE)) {
            out.add(new AblationTable(
                    "Figure 9: the multi-scale module",
                    List.of(
                            new Variant(fiam.name(), "none", fiam.keys()),
                            new Variant("lgce", "LGCE", Json.write(Map.of(MULTI_SCALE, "lgce"), false)),
                            new Variant("cim", "CIM, of RMSIN", Json.write(Map.of(MULTI_SCALE, "cim"), false)),
                            new Variant(full.name(), "TMEM, the full model", full.keys()))));
        }
        return List.copyOf(out);
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
