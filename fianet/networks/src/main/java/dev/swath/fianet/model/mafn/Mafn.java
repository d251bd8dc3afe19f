package dev.swath.fianet.model.mafn;

import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.parts.CrossScaleInteraction;
import dev.swath.fianet.model.skeleton.Backbone;
import dev.swath.fianet.model.skeleton.SkeletonNetwork;

/** The whole network: noise attention in the Swin blocks, correlation blocks in the stages, cross-scale interaction, and a decoder of several kernels. */
public final class Mafn extends SkeletonNetwork {
    private final MafnConfig config;

    /** With unset parameters; load or initialise them. */
    public Mafn(MafnConfig config) {
        super(config.trunk(), backbone(config), new ScaleDecoder(config));
        this.config = config;
    }

    private static Backbone backbone(MafnConfig config) {
        return new Backbone(config.trunk(), i -> new MafnStage(config, i))
                .with(
                        CrossScaleConfig.KEY,
                        new CrossScaleInteraction(config.trunk().widths(), config.scales()));
    }

    @Override
    public MafnConfig config() {
        return config;
    }

    @Override
    public boolean isStep(String path) {
        return super.isStep(path) || path.equals("backbone.cim");
    }
}
