package dev.swath.fianet.model.rmsin;

import dev.swath.fianet.model.parts.CrossScaleInteraction;
import dev.swath.fianet.model.skeleton.Backbone;
import dev.swath.fianet.model.skeleton.SkeletonNetwork;

/** The whole network: an intra-scale branch in its stages, cross-scale interaction (CIM) of the maps, and a decoder that turns. */
public final class Rmsin extends SkeletonNetwork {
    private final RmsinConfig config;

    /** With unset parameters; load or initialise them. */
    public Rmsin(RmsinConfig config) {
        super(
                config.trunk(),
                new Backbone(config.trunk(), i -> new RmsinStage(config.trunk(), i))
                        .with("cim", new CrossScaleInteraction(config.trunk().widths(), config.cim())),
                new RotatedDecoder(config.trunk().vision().width(3), config.routerDropout()));
        this.config = config;
    }

    @Override
    public RmsinConfig config() {
        return config;
    }

    @Override
    public boolean isStep(String path) {
        return super.isStep(path) || path.equals("backbone.cim");
    }
}
