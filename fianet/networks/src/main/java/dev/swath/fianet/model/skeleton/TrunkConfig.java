package dev.swath.fianet.model.skeleton;

import dev.swath.fianet.model.Limits;
import dev.swath.fianet.model.ScriptArguments;
import dev.swath.fianet.model.TrunkSettings;
import dev.swath.files.json.Fields;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The sizes that every network of the family has.
 *
 * @param vision the Swin backbone, of four stages
 * @param text the BERT encoder
 * @param fusionHeads heads of the attention to words, per stage
 * @param fusionDropout dropout after the two projections of pixel-word attention, in training
 * @param refinerChannels channels of the refiner behind the decoder; 0 for none, as in every published network
 */
public record TrunkConfig(
        SwinConfig vision, BertConfig text, List<Integer> fusionHeads, double fusionDropout, int refinerChannels) {
    /** The stages of the backbone. */
    public static final int STAGES = 4;

    private static final String REFINER = "refiner.enter.conv.weight";

    /** Copies and checks. */
    public TrunkConfig {
        fusionHeads = List.copyOf(fusionHeads);
        if (fusionHeads.size() != vision.stages() || vision.stages() != STAGES) {
            throw new IllegalArgumentException(
                    "[config] there must be four stages with one number of fusion heads each; got " + vision.stages()
                            + " stages and fusion heads " + fusionHeads);
        }
        for (int i = 0; i < STAGES; i++) {
            if (fusionHeads.get(i) < 1 || vision.width(i) % fusionHeads.get(i) != 0) {
                throw new IllegalArgumentException("[config] fusion heads must divide the stage's " + vision.width(i)
                        + " channels; got " + fusionHeads.get(i));
            }
        }
    }

    /** Without a refiner. */
    public TrunkConfig(SwinConfig vision, BertConfig text, List<Integer> fusionHeads, double fusionDropout) {
        this(vision, text, fusionHeads, fusionDropout, 0);
    }

    /** One head a stage, no dropout, no refiner. */
    public TrunkConfig(SwinConfig vision, BertConfig text) {
        this(vision, text, List.of(1, 1, 1, 1), 0);
    }

    /** Swin-B with windows of 12 and BERT-base. */
    public static TrunkConfig published() {
        return new TrunkConfig(SwinConfig.base(12), BertConfig.base());
    }

    /** Small everywhere, but with the widths of a head and the windows of the published models: to have kernels compiled by. */
    public static TrunkConfig warmUp() {
        return new TrunkConfig(
                new SwinConfig(16, List.of(2, 1, 1, 1), List.of(1, 1, 2, 4), 12, 4, 4, 0),
                new BertConfig(8, 128, 1, 2, 256, 20, 1, 0, 1e-12));
    }

    /** What the tensors of a checkpoint imply, and the arguments of its training script; {@code title} is the network's, for errors. */
    public static TrunkConfig of(Checkpoint checkpoint, String title) {
        return new TrunkConfig(
                TrunkSettings.swin(checkpoint, title),
                TrunkSettings.bert(checkpoint, title),
                new ScriptArguments(checkpoint.settings().arguments())
                        .fusionHeads()
                        .orElse(List.of(1, 1, 1, 1)),
                0,
                checkpoint
                        .tensors()
                        .find(REFINER)
                        .map(e -> e.shape().rank() == 4 ? e.shape().dim(0) : 0)
                        .orElse(0));
    }

    /** Channels of the four maps, finest first. */
    public List<Integer> widths() {
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < STAGES; i++) {
            out.add(vision.width(i));
        }
        return List.copyOf(out);
    }

    /** Images of every size whose last stage has more than one cell, for instance norms are taken over its cells. */
    public Limits limits() {
        return limits(8 * vision.patch() + 1, Limits.LARGEST_IMAGE, "for the last stage needs more than one cell");
    }

    /** With other limits of the image. */
    public Limits limits(int smallest, int largest, String why) {
        return new Limits(text.vocabulary(), text.positions(), text.layers(), smallest, largest, why);
    }

    /** The trunks, and what is square in the width of a stage: a lower estimate. */
    public long parameters() {
        long n = vision.parameters() + text.parameters();
        for (int width : widths()) {
            n += (long) width * width;
        }
        return n;
    }

    /** Its keys of {@code config.json}. */
    public void writeTo(Map<String, Object> out) {
        out.put("swin", TrunkSettings.toJson(vision));
        out.put("bert", TrunkSettings.toJson(text));
        out.put("fusion_heads", fusionHeads);
        out.put("fusion_dropout", fusionDropout);
        out.put("refiner_channels", refinerChannels);
    }

    /** This one with what the keys say. */
    public TrunkConfig with(Fields keys) {
        return new TrunkConfig(
                TrunkSettings.swin(keys.object("swin"), vision),
                TrunkSettings.bert(keys.object("bert"), text),
                keys.integers("fusion_heads", fusionHeads, 8, 1, 1024),
                keys.number("fusion_dropout", fusionDropout, 0, 1),
                keys.integer("refiner_channels", refinerChannels, 0, 1024));
    }

    /** With another backbone. */
    public TrunkConfig withVision(SwinConfig v) {
        return new TrunkConfig(v, text, fusionHeads, fusionDropout, refinerChannels);
    }
}
