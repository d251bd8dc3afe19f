package dev.swath.fianet.model.fianet;

import dev.swath.fianet.model.Limits;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.files.json.Fields;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Everything that fixes the network's shape and wiring.
 *
 * @param trunk the Swin backbone, the BERT encoder, and the attention between them
 * @param tmemBlocks blocks of the text-aware multi-scale module
 * @param scales the multi-scale module
 * @param wiring the published code or the paper, where they differ
 * @param ablation what is switched off
 */
public record FiaNetConfig(TrunkConfig trunk, int tmemBlocks, Scales scales, Wiring wiring, Ablation ablation)
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
     * @param tmem text-aware multi-scale module; off leaves it in the network without a use and hands the stages' maps to the decoder, as
     *     {@link Scales.Kind#NONE} does without it
     * @param modulation channel modulation
     * @param groundObject the object branch; without it the position branch's own features are weighted
     * @param spatialPosition the position branch; without it the object branch is not weighted
     */
    public record Ablation(
            boolean fiam, boolean tmem, boolean modulation, boolean groundObject, boolean spatialPosition) {
        /** The full model. */
        public static final Ablation NONE = new Ablation(true, true, true, true, true);
    }

    /** Checks. */
    public FiaNetConfig {
        if (tmemBlocks < 0) {
            throw new IllegalArgumentException(
                    "[fianet] the number of TMEM blocks must not be negative; got " + tmemBlocks);
        }
        if (!ablation.tmem() && (scales.kind() == Scales.Kind.CIM || scales.kind() == Scales.Kind.LGCE)) {
            throw new IllegalArgumentException("[fianet] ablation.tmem switches TMEM off, but " + Scales.KEY + " puts "
                    + scales.kind() + " in its place; without any module it must be none");
        }
        scales.require(trunk);
    }

    /** With TMEM. */
    public FiaNetConfig(TrunkConfig trunk, int tmemBlocks, Wiring wiring, Ablation ablation) {
        this(trunk, tmemBlocks, Scales.PUBLISHED, wiring, ablation);
    }

    @Override
    public String network() {
        return NAME;
    }

    /** The Swin backbone. */
    public SwinConfig vision() {
        return trunk.vision();
    }

    /** The BERT encoder. */
    public BertConfig text() {
        return trunk.text();
    }

    @Override
    public Limits limits() {
        return scales.kind() == Scales.Kind.CIM
                ? scales.cim().limits(trunk.limits(), vision().patch())
                : trunk.limits();
    }

    @Override
    public long parameters() {
        return trunk.parameters()
                + switch (scales.kind()) {
                    case TMEM -> (long) tmemBlocks * vision().width(0) * vision().width(0);
                    case CIM -> scales.cim().parameters();
                    case LGCE, NONE -> 0;
                };
    }

    @Override
    public FiaNetConfig forImages(int size) {
        return with(scales.with(scales.cim().forImages(size, vision().patch())));
    }

    @Override
    public FiaNet create() {
        return new FiaNet(this);
    }

    @Override
    public Map<String, Object> toJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        trunk.writeTo(out);
        if (scales.kind() == Scales.Kind.TMEM) {
            out.put("tmem_blocks", tmemBlocks);
        }
        scales.writeTo(out);
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
        TrunkConfig sized = trunk.with(keys);
        return new FiaNetConfig(
                sized,
                keys.integer("tmem_blocks", tmemBlocks, 0, 64),
                scales.with(keys, sized),
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
        return new FiaNetConfig(TrunkConfig.published(), tmemBlocks, Wiring.REFERENCE, Ablation.NONE);
    }

    /** The published model for RefSegRS: Swin-B, window 12, one TMEM block. */
    public static FiaNetConfig refsegrs() {
        return published(1);
    }

    /** The published model for RRSIS-D: Swin-B, window 12, three TMEM blocks. */
    public static FiaNetConfig rrsisd() {
        return published(3);
    }

    /** With another multi-scale module. */
    public FiaNetConfig with(Scales s) {
        return new FiaNetConfig(trunk, tmemBlocks, s, wiring, ablation);
    }

    /** With another backbone. */
    public FiaNetConfig withVision(SwinConfig v) {
        return new FiaNetConfig(trunk.withVision(v), tmemBlocks, scales, wiring, ablation);
    }

    /** With another number of TMEM blocks. */
    public FiaNetConfig withTmemBlocks(int n) {
        return new FiaNetConfig(trunk, n, scales, wiring, ablation);
    }

    /** With another wiring. */
    public FiaNetConfig withWiring(Wiring w) {
        return new FiaNetConfig(trunk, tmemBlocks, scales, w, ablation);
    }

    /** With other switches. */
    public FiaNetConfig withAblation(Ablation a) {
        return new FiaNetConfig(trunk, tmemBlocks, scales, wiring, a);
    }
}
