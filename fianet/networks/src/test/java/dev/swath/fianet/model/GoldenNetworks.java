package dev.swath.fianet.model;

import dev.swath.fianet.model.crossvlt.CrossVltConfig;
import dev.swath.fianet.model.dlsa.DecoderSettings;
import dev.swath.fianet.model.dlsa.DlsaConfig;
import dev.swath.fianet.model.dlsa.MixingSettings;
import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.fianet.model.fianet.Scales;
import dev.swath.fianet.model.lavt.LavtConfig;
import dev.swath.fianet.model.lgce.LgceConfig;
import dev.swath.fianet.model.mafn.MafnConfig;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.rmsin.RmsinConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.nn.loss.SegmentationLoss;
import dev.swath.testkit.Golden;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The golden cases of whole networks, FIANet's own apart. */
public final class GoldenNetworks {
    /** Weighted cross entropy alone. */
    private static final SegmentationLoss CROSS_ENTROPY = crossEntropy(1);

    /** LAVT. */
    public static final GoldenNetwork LAVT = new GoldenNetwork(
            "lineage_lavt", g -> new LavtConfig(GoldenNetwork.trunk(g)).create(), CROSS_ENTROPY, Set.of());

    /** RMSIN. */
    public static final GoldenNetwork RMSIN = new GoldenNetwork(
            "rmsin_net",
            g -> new RmsinConfig("rmsin", GoldenNetwork.trunk(g), cim(g), 0).create(),
            SegmentationLoss.published(),
            Set.of());

    /** DLSA, with scales and shifts of norms before norms whose sums over a map's inner cells cancel. */
    public static final GoldenNetwork DLSA_ORIGINAL = dlsa(
            MixingSettings.Layout.ORIGINAL,
            Set.of(
                    "backbone.layers.0.visual_residual.repblock.brb_3x3.bn1.weight",
                    "backbone.layers.0.visual_residual.repblock.brb_3x3.bn1.bias"));

    /** The same of its earlier layout. */
    public static final GoldenNetwork DLSA_LEGACY =
            dlsa(MixingSettings.Layout.LEGACY, Set.of("backbone.cim.block.0.intra_ff.m.ff2.m.bn1.weight"));

    /** MAFN, with a 1x1 convolution before a norm: but for that one's eps its gradient is zero. */
    public static final GoldenNetwork MAFN = new GoldenNetwork(
            "mafn_net",
            g -> new MafnConfig(GoldenNetwork.trunk(g), cim(g), g.config("noise_heads"), List.of(1, 3, 5), 0).create(),
            SegmentationLoss.published(),
            Set.of("backbone.layers.2.visual_residual.repblock.brb_1x1.conv.weight"));

    /** LGCE. */
    public static final GoldenNetwork LGCE = new GoldenNetwork(
            "lgce_net",
            g -> new LgceConfig(GoldenNetwork.trunk(g), g.config("head"), g.config("ratio")).create(),
            CROSS_ENTROPY,
            Set.of());

    /** CrossVLT. */
    public static final GoldenNetwork CROSSVLT = new GoldenNetwork(
            "crossvlt_net",
            g -> {
                TrunkConfig trunk = GoldenNetwork.trunk(g);
                return new CrossVltConfig(trunk.vision(), trunk.text(), g.config("align"), g.config("head")).create();
            },
            crossEntropy(2),
            Set.of());

    /** FIANet with cross-scale interaction: f64 alone, for norms over a handful of cells lose too many digits in f32. */
    public static final GoldenNetwork FIANET_CIM = new GoldenNetwork(
            "rmsin_cim_in_fianet",
            g -> fianet(g, Scales.PUBLISHED.with(Scales.Kind.CIM).with(cim(g))),
            SegmentationLoss.published(),
            Set.of());

    /** FIANet with language exchange. */
    public static final GoldenNetwork FIANET_LGCE = new GoldenNetwork(
            "lgce_in_fianet",
            g -> fianet(
                    g, new Scales(Scales.Kind.LGCE, CrossScaleConfig.PUBLISHED, g.config("head"), g.config("ratio"))),
            SegmentationLoss.published(),
            Set.of());

    private GoldenNetworks() {}

    /** All of them. */
    public static List<GoldenNetwork> all() {
        return List.of(LAVT, RMSIN, DLSA_ORIGINAL, DLSA_LEGACY, MAFN, LGCE, CROSSVLT, FIANET_CIM, FIANET_LGCE);
    }

    /** Cross entropy with that weight, and nothing else. */
    private static SegmentationLoss crossEntropy(double weight) {
        return new SegmentationLoss(
                List.of(0.9, 1.1), weight, 0, SegmentationLoss.published().reduction());
    }

    /** The case's cross-scale interaction. */
    private static CrossScaleConfig cim(Golden g) {
        return new CrossScaleConfig(g.config("side"), g.config("heads"), g.config("key"));
    }

    private static GoldenNetwork dlsa(MixingSettings.Layout layout, Set<String> cancelling) {
        return new GoldenNetwork(
                "dlsa_" + layout.name().toLowerCase(Locale.ROOT) + "_net",
                g -> new DlsaConfig(
                                GoldenNetwork.trunk(g),
                                cim(g),
                                new MixingSettings(layout, g.config("hidden"), List.of(1, 3, 5, 7)),
                                DecoderSettings.PUBLISHED,
                                0)
                        .create(),
                SegmentationLoss.published(),
                cancelling);
    }

    private static ReferringNetwork fianet(Golden g, Scales scales) {
        return new FiaNetConfig(
                        GoldenNetwork.trunk(g), 1, scales, FiaNetConfig.Wiring.REFERENCE, FiaNetConfig.Ablation.NONE)
                .create();
    }
}
