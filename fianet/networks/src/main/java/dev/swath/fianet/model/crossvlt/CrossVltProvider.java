package dev.swath.fianet.model.crossvlt;

import dev.swath.fianet.model.CompactSettings;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.ScriptArguments;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.model.TrunkSettings;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Registers CrossVLT. Its files are of two forms: the bare tensors, without the temperatures of the training loss, as published;
 * or what its training script saves, with them.
 */
public final class CrossVltProvider implements NetworkProvider {
    private static final int SIZE = 480;
    private static final int LENGTH = 21;
    private static final String FIRST = "lang_stage1.";

    /** Made by the list of networks. */
    public CrossVltProvider() {}

    @Override
    public String name() {
        return CrossVltConfig.NAME;
    }

    @Override
    public String title() {
        return "CrossVLT";
    }

    @Override
    public Signature signature() {
        return Signature.of(FIRST);
    }

    @Override
    public ModelConfig published(DatasetVocabulary dataset) {
        return new ModelConfig(CrossVltConfig.published(), dataset, LENGTH, SIZE);
    }

    /** 40 epochs in batches of 12 and twice the cross entropy; the network adds its alignment. */
    @Override
    public String training(DatasetVocabulary dataset) {
        return """
                {"epochs": 40, "batch": 12, "optimizer": {"learning_rate": 3e-5},
                 "loss": {"cross_entropy": 2, "dice": 0}, "evaluation": {"select_by": "oiou"}}""";
    }

    @Override
    public Optional<String> compact() {
        return Optional.of(CompactSettings.with(Map.of("alignment_channels", 64, "fusion_head", 32), Map.of()));
    }

    @Override
    public String vocabularyKey() {
        return "bert.vocabulary";
    }

    private SwinConfig vision(Checkpoint checkpoint) {
        return TrunkSettings.swin(
                checkpoint, title(), "backbone.0.patch_embed.", i -> "backbone." + i + ".layers.blocks.");
    }

    private BertConfig text(Checkpoint checkpoint) {
        return TrunkSettings.bert(checkpoint, title(), FIRST);
    }

    @Override
    public ModelConfig deduce(Checkpoint checkpoint) {
        SwinConfig vision = vision(checkpoint);
        BertConfig text = text(checkpoint);
        int alignment = TrunkSettings.shape(checkpoint, title(), FIRST + "encoder.proj.weight", 2)
                .dim(0);
        int head = headIsKnown(vision) ? CrossVltConfig.HEAD : 2 * vision.width(0);
        ScriptArguments arguments = new ScriptArguments(checkpoint.settings().arguments());
        return new ModelConfig(
                new CrossVltConfig(vision, text, alignment, head),
                arguments.dataset().orElse(DatasetVocabulary.REFSEGRS),
                Math.min(LENGTH, text.positions()),
                arguments.imageSize().orElse(SIZE));
    }

    /** Whether heads of 64 can be. */
    private static boolean headIsKnown(SwinConfig vision) {
        return 2 * vision.width(0) % CrossVltConfig.HEAD == 0;
    }

    /** Heads of the words' layers and of fusion, and the image size, where the sizes are not the published ones. */
    @Override
    public List<String> undetermined(Checkpoint checkpoint) {
        SwinConfig vision = vision(checkpoint);
        List<String> out = TrunkSettings.undetermined(checkpoint, vision, text(checkpoint));
        if (!headIsKnown(vision)) {
            out.add("fusion_head");
        }
        return out;
    }

    @Override
    public Set<String> implied() {
        Set<String> out = new TreeSet<>(TrunkSettings.implied());
        out.add("alignment_channels");
        return out;
    }

    @Override
    public boolean optional(String name, NetworkConfig network) {
        return name.equals(CrossVlt.TEMPERATURE)
                || name.endsWith("relative_position_index")
                || name.endsWith("num_batches_tracked");
    }

    /** The published program reads strictly, and knows no temperatures. */
    @Override
    public boolean exported(String name) {
        return !name.equals(CrossVlt.TEMPERATURE);
    }

    /** Without what BERT has more of than a language stage. */
    @Override
    public StateDict tensors(Checkpoint checkpoint) {
        return TrunkSettings.withoutUnused(checkpoint.tensors(), FIRST);
    }

    @Override
    public Optional<NetworkConfig> warmUp() {
        return Optional.of(new CrossVltConfig(
                new SwinConfig(32, List.of(2, 1, 1, 1), List.of(1, 1, 2, 4), 12, 4, 4, 0),
                new BertConfig(8, 128, 1, 2, 256, LENGTH, 1, 0, 1e-12),
                CrossVltConfig.HEAD,
                CrossVltConfig.HEAD));
    }
}
