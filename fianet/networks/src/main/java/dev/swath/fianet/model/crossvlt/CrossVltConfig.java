package dev.swath.fianet.model.crossvlt;

import dev.swath.fianet.model.Limits;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.TrunkSettings;
import dev.swath.files.json.Fields;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that fixes the network's shape.
 *
 * @param vision the Swin backbone, of four stages
 * @param text a layer's sizes, and with its {@code layers} those of the first language stage; each later stage has one
 * @param alignmentChannels A, the width in which pixels and sentence are compared in training
 * @param fusionHead channels of a head where pixels ask words
 */
public record CrossVltConfig(SwinConfig vision, BertConfig text, int alignmentChannels, int fusionHead)
        implements NetworkConfig {
    /** Its name. */
    static final String NAME = "crossvlt";

    /** Vision stages, and language stages. */
    static final int STAGES = 4;

    /** Published channels of a head where pixels ask words. */
    static final int HEAD = 64;

    private static final int ALIGNMENT = 256;
    private static final int FIRST_LAYERS = 6;

    /** Checks. */
    public CrossVltConfig {
        if (vision.stages() != STAGES) {
            throw new IllegalArgumentException("[crossvlt] there must be four stages; got " + vision.stages());
        }
        if (alignmentChannels < 1) {
            throw new IllegalArgumentException(
                    "[crossvlt] alignment_channels must be at least 1; got " + alignmentChannels);
        }
        if (fusionHead < 1 || 2 * vision.width(0) % fusionHead != 0) {
            throw new IllegalArgumentException("[crossvlt] fusion_head must divide " + 2 * vision.width(0)
                    + ", twice the channels of the first stage; got " + fusionHead);
        }
    }

    /** Swin-B with windows of 12, six layers of BERT-base in the first language stage. */
    public static CrossVltConfig published() {
        BertConfig b = BertConfig.base();
        BertConfig text = new BertConfig(
                b.vocabulary(),
                b.hidden(),
                FIRST_LAYERS,
                b.heads(),
                b.intermediate(),
                b.positions(),
                b.types(),
                b.dropout(),
                b.eps());
        return new CrossVltConfig(SwinConfig.base(12), text, ALIGNMENT, HEAD);
    }

    /** Width of queries, keys and values where the cells of stage {@code i} ask words before patch merging. */
    int fusionWidth(int i) {
        return vision.width(Math.max(1, i));
    }

    @Override
    public String network() {
        return NAME;
    }

    @Override
    public Limits limits() {
        return new Limits(
                text.vocabulary(),
                text.positions(),
                text.layers(),
                8 * vision.patch() + 1,
                Limits.LARGEST_IMAGE,
                "for the last stage needs more than one cell");
    }

    /** The trunks, and what is square in the width of a stage: a lower estimate. */
    @Override
    public long parameters() {
        long n = vision.parameters() + text.parameters();
        for (int i = 0; i < STAGES; i++) {
            n += (long) vision.width(i) * vision.width(i);
        }
        return n;
    }

    @Override
    public CrossVlt create() {
        return new CrossVlt(this);
    }

    @Override
    public Map<String, Object> toJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("swin", TrunkSettings.toJson(vision));
        out.put("bert", TrunkSettings.toJson(text));
        out.put("alignment_channels", alignmentChannels);
        out.put("fusion_head", fusionHead);
        return out;
    }

    @Override
    public CrossVltConfig with(Fields keys) {
        return new CrossVltConfig(
                TrunkSettings.swin(keys.object("swin"), vision),
                TrunkSettings.bert(keys.object("bert"), text),
                keys.integer("alignment_channels", alignmentChannels, 1, 16_384),
                keys.integer("fusion_head", fusionHead, 1, 16_384));
    }
}
