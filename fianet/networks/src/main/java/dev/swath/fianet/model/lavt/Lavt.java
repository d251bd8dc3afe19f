package dev.swath.fianet.model.lavt;

import dev.swath.fianet.model.parts.Decoder;
import dev.swath.fianet.model.skeleton.Backbone;
import dev.swath.fianet.model.skeleton.FusionStage;
import dev.swath.fianet.model.skeleton.SkeletonNetwork;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.nn.swin.SwinBlocks;

/** The whole network: pixel-word attention after each stage, x + gate(f) f onwards, f to the decoder. */
public final class Lavt extends SkeletonNetwork {
    /** Blocks, alignment, merging. */
    static final class Stage extends FusionStage {
        Stage(TrunkConfig config, int i) {
            super(config, i, SwinBlocks.of(config.vision(), i));
            mergeUnlessLast(config, i);
        }
    }

    private final LavtConfig config;

    /** With unset parameters; load or initialise them. */
    public Lavt(LavtConfig config) {
        super(
                config.trunk(),
                new Backbone(config.trunk(), i -> new Stage(config.trunk(), i)),
                new Decoder(config.trunk().vision().width(TrunkConfig.STAGES - 1)));
        this.config = config;
    }

    @Override
    public LavtConfig config() {
        return config;
    }
}
