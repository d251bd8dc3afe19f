package dev.swath.fianet.model.fianet;

import dev.swath.fianet.model.Phrase;
import dev.swath.fianet.model.parts.CrossScaleInteraction;
import dev.swath.fianet.model.parts.Decoder;
import dev.swath.fianet.model.parts.LanguageExchange;
import dev.swath.fianet.model.skeleton.Backbone;
import dev.swath.fianet.model.skeleton.SkeletonNetwork;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import java.util.List;

/** The whole network: its stages align fine-grained (FIAM), and TMEM, or what stands in its place, lets the maps act on each
 * other. */
public final class FiaNet extends SkeletonNetwork {
    private final FiaNetConfig config;

    /** With unset parameters; load or initialise them. */
    public FiaNet(FiaNetConfig config) {
        super(config.trunk(), backbone(config), new Decoder(config.vision().width(3)));
        this.config = config;
    }

    private static Backbone backbone(FiaNetConfig config) {
        Backbone backbone = new Backbone(config.trunk(), i -> new Stage(config, i));
        Scales scales = config.scales();
        List<Integer> widths = config.trunk().widths();
        return switch (scales.kind()) {
            case TMEM -> backbone.with(scales.kind().key(), new Tmem(config));
            case CIM -> backbone.with(scales.kind().key(), new CrossScaleInteraction(widths, scales.cim()));
            case LGCE ->
                backbone.with(
                        scales.kind().key(),
                        new LanguageExchange(
                                widths.get(TrunkConfig.STAGES - 2),
                                widths.get(TrunkConfig.STAGES - 1),
                                config.text().hidden(),
                                scales.exchangeHead(),
                                scales.exchangeRatio()));
            case NONE -> backbone;
        };
    }

    /** The configuration. */
    @Override
    public FiaNetConfig config() {
        return config;
    }

    /** The whole sentence, the object and the position. */
    @Override
    public List<Phrase> streams() {
        return List.of(Phrase.CONTEXT, Phrase.OBJECT, Phrase.POSITION);
    }

    @Override
    public boolean isStep(String path) {
        return super.isStep(path)
                || path.equals("backbone." + config.scales().kind().key());
    }
}
