package dev.swath.fianet.model.fianet;

import dev.swath.fianet.model.Limits;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.TrunkSettings;
import dev.swath.files.json.Fields;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Everything that fixes the network's shape and wiring.
 *
 * @param vision the Swin backbone
 * @param text the BERT encoder
 * @param fusionHeads heads of the attention to words, per stage
 * @param tmemBlocks blocks of the text-aware multi-scale module
 * @param fusionDropout dropout after the two projections of the context branch, in training
 * @param wiring the published code or the paper, where they differ
 * @param ablation what is switched off
 */
public record FiaNetConfig(
        SwinConfig vision,
        BertConfig text,
        List<Integer> fusionHeads,
        int tmemBlocks,
        double fusionDropout,
        Wiring wiring,
        Ablation ablation)
        implements NetworkConfig {
    /** Its name. */
    static final String NAME = "fianet";

    /** Where the paper and the published code differ. */
    public enum Wiring {
        /** As the published code and checkpoints: the context branch, ungated, goes to the multi-scale module. */
        REFERENCE,
        /** As the paper's equations: each stage's fused output goes to the multi-scale module; modulation is squeezed from the fused branches. */
        PAPER
    }

    /**
     * The switches of the paper's ablation tables; all on in the full model.
     *
     * @param fiam fine-grained alignment; off leaves LAVT's alignment, the context branch alone
     * @param tmem text-aware multi-scale module; off hands the stages' maps to the decoder
     * @param modulation channel modulation
     * @param groundObject the object branch; without it the position branch's own features are weighted
     * @param spatialPosition the position branch; without it the object branch is not weighted
     */
    public record Ablation(
            boolean fiam, boolean tmem, boolean modulation, boolean groundObject, boolean spatialPosition) {
        /** The full model. */
        public static final Ablation NONE = new Ablation(true, true, true, true, true);
    }

    /** Copies and checks. */
    public FiaNetConfig {
        fusionHeads = List.copyOf(fusionHeads);
        if (fusionHeads.size() != vision.stages() || vision.stages() != 4) {
            throw new IllegalArgumentException(
                    "[fianet] there must be four stages with one number of fusion heads each; got " + vision.stages()
                            + " stages and fusion heads " + fusionHeads);
        }
        for (int i = 0; i < 4; i++) {
            if (fusionHeads.get(i) < 1 || vision.width(i) % fusionHeads.get(i) != 0) {
                throw new IllegalArgumentException("[fianet] fusion heads must divide the stage's " + vision.width(i)
                        + " channels; got " + fusionHeads.get(i));
            }
        }
        if (tmemBlocks < 0) {
            throw new IllegalArgumentException(
                    "[fianet] the number of TMEM blocks must not be negative; got " + tmemBlocks);
        }
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

    /** The trunks, and what is square in the width of a stage: alignment and decoder; a lower estimate. */
    @Override
    public long parameters() {
        long n = vision.parameters() + text.parameters();
        for (int i = 0; i < vision.stages(); i++) {
            n += (long) vision.width(i) * vision.width(i);
        }
        return n + (long) tmemBlocks * vision.width(0) * vision.width(0);
    }

    @Override
    public FiaNet create() {
        return new FiaNet(this);
    }

    @Override
    public Map<String, Object> toJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("swin", TrunkSettings.toJson(vision));
        out.put("bert", TrunkSettings.toJson(text));
        out.put("fusion_heads", fusionHeads);
        out.put("tmem_blocks", tmemBlocks);
        out.put("fusion_dropout", fusionDropout);
        out.put("wiring", wiring.name().toLowerCase(Locale.ROOT));
        out.put("ablation", toJson(ablation));
        return out;
    }

    /** The keys of {@code ablation}. */
    static Map<String, Object> toJson(Ablation a) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("fiam", a.fiam());
        out.put("tmem", a.tmem());
        out.put("modulation", a.modulation());
        out.put("ground_object", a.groundObject());
        out.put("spatial_position", a.spatialPosition());
        return out;
    }

    @Override
    public FiaNetConfig with(Fields keys) {
        return new FiaNetConfig(
                TrunkSettings.swin(keys.object("swin"), vision),
                TrunkSettings.bert(keys.object("bert"), text),
                keys.integers("fusion_heads", fusionHeads, 8, 1, 1024),
                keys.integer("tmem_blocks", tmemBlocks, 0, 64),
                keys.number("fusion_dropout", fusionDropout, 0, 1),
                keys.choice("wiring", wiring),
                with(keys.object("ablation"), ablation));
    }

    private static Ablation with(Fields f, Ablation d) {
        Ablation a = new Ablation(
                f.flag("fiam", d.fiam()),
                f.flag("tmem", d.tmem()),
                f.flag("modulation", d.modulation()),
                f.flag("ground_object", d.groundObject()),
                f.flag("spatial_position", d.spatialPosition()));
        f.requireNoOthers();
        return a;
    }

    private static FiaNetConfig published(int tmemBlocks) {
        return new FiaNetConfig(
                SwinConfig.base(12),
                BertConfig.base(),
                List.of(1, 1, 1, 1),
                tmemBlocks,
                0,
                Wiring.REFERENCE,
                Ablation.NONE);
    }

    /** The published model for RefSegRS: Swin-B, window 12, one TMEM block. */
    public static FiaNetConfig refsegrs() {
        return published(1);
    }

    /** The published model for RRSIS-D: Swin-B, window 12, three TMEM blocks. */
    public static FiaNetConfig rrsisd() {
        return published(3);
    }

    /** With another backbone. */
    public FiaNetConfig withVision(SwinConfig v) {
        return new FiaNetConfig(v, text, fusionHeads, tmemBlocks, fusionDropout, wiring, ablation);
    }

    /** With another number of TMEM blocks. */
    public FiaNetConfig withTmemBlocks(int n) {
        return new FiaNetConfig(vision, text, fusionHeads, n, fusionDropout, wiring, ablation);
    }

    /** With another wiring. */
    public FiaNetConfig withWiring(Wiring w) {
        return new FiaNetConfig(vision, text, fusionHeads, tmemBlocks, fusionDropout, w, ablation);
    }

    /** With other switches. */
    public FiaNetConfig withAblation(Ablation a) {
        return new FiaNetConfig(vision, text, fusionHeads, tmemBlocks, fusionDropout, wiring, a);
    }
}
