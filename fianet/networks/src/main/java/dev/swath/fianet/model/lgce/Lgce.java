package dev.swath.fianet.model.lgce;

import dev.swath.fianet.model.parts.Decoder;
import dev.swath.fianet.model.parts.LanguageExchange;
import dev.swath.fianet.model.skeleton.Backbone;
import dev.swath.fianet.model.skeleton.FusionStage;
import dev.swath.fianet.model.skeleton.SkeletonNetwork;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.nn.swin.SwinBlocks;

/** The whole network: LAVT's stages, language exchange between the two coarsest maps, LAVT's decoder. */
public final class Lgce extends SkeletonNetwork {
    private static final class Stage extends FusionStage {
        Stage(TrunkConfig config, int i) {
            super(config, i, SwinBlocks.of(config.vision(), i));
            mergeUnlessLast(config, i);
        }
    }

    private final LgceConfig config;

    /** With unset parameters; load or initialise them. */
    public Lgce(LgceConfig config) {
        super(config.trunk(), backbone(config), new Decoder(config.width(TrunkConfig.STAGES - 1)));
        this.config = config;
    }

    private static Backbone backbone(LgceConfig config) {
        TrunkConfig trunk = config.trunk();
        LanguageExchange exchange = new LanguageExchange(
                config.width(TrunkConfig.STAGES - 2),
                config.width(TrunkConfig.STAGES - 1),
                trunk.text().hidden(),
                config.exchangeHead(),
                config.exchangeRatio());
        return new Backbone(trunk, i -> new Stage(trunk, i)).with("lgce", exchange);
    }

    @Override
    public LgceConfig config() {
        return config;
    }

    @Override
    public boolean isStep(String path) {
        return super.isStep(path) || path.equals("backbone.lgce");
    }
}
