package dev.swath.fianet.model.dlsa;

import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.parts.CrossScaleInteraction;
import dev.swath.fianet.model.skeleton.Backbone;
import dev.swath.fianet.model.skeleton.SkeletonNetwork;

/** The whole network: stages that mix convolutions by the sentence, cross-scale interaction, and words in the decoder. */
public final class Dlsa extends SkeletonNetwork {
    private final DlsaConfig config;

    /** With unset parameters; load or initialise them. */
    public Dlsa(DlsaConfig config) {
        super(config.trunk(), backbone(config), new TextDecoder(config));
        this.config = config;
    }

    private static Backbone backbone(DlsaConfig config) {
        return new Backbone(config.trunk(), i -> new DlsaStage(config, i))
                .with(
                        CrossScaleConfig.KEY,
                        new CrossScaleInteraction(config.trunk().widths(), config.scales()));
    }

    @Override
    public DlsaConfig config() {
        return config;
    }

    @Override
    public boolean isStep(String path) {
        return super.isStep(path) || path.equals("backbone.cim");
    }
}
