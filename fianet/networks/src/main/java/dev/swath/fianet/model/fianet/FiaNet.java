package dev.swath.fianet.model.fianet;

import dev.swath.fianet.model.Phrase;
import dev.swath.fianet.model.parts.Decoder;
import dev.swath.fianet.model.skeleton.Backbone;
import dev.swath.fianet.model.skeleton.SkeletonNetwork;
import java.util.List;

/** The whole network: its stages align fine-grained (FIAM), and TMEM lets the maps act on each other. */
public final class FiaNet extends SkeletonNetwork {
    private final FiaNetConfig config;

    /** With unset parameters; load or initialise them. */
    public FiaNet(FiaNetConfig config) {
        super(config.trunk(), backbone(config), new Decoder(config.vision().width(3)));
        this.config = config;
    }

    private static Backbone backbone(FiaNetConfig config) {
        return new Backbone(config.trunk(), i -> new Stage(config, i)).with("tmem", new Tmem(config));
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
        return super.isStep(path) || path.equals("backbone.tmem");
    }
}
