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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Registers FIANet. */
public final class FiaNetProvider extends SkeletonProvider {
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

    @Override
    public Optional<NetworkConfig> warmUp() {
        return Optional.of(
                new FiaNetConfig(TrunkConfig.warmUp(), 1, FiaNetConfig.Wiring.REFERENCE, FiaNetConfig.Ablation.NONE));
    }
}
