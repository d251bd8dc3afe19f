package dev.swath.fianet.model.rmsin;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.text.DatasetVocabulary;

/**
 * Registers RemoteSAM: RMSIN for images of 896 pixels. It was taught to find classes by "&lt;class&gt; in the image", so class names
 * are asked that way ({@link ClassNames}), and its masks are enlarged without smoothing.
 */
public final class RemoteSamProvider extends RmsinProvider {
    /** Made by the list of networks. */
    public RemoteSamProvider() {}

    @Override
    public String name() {
        return RmsinConfig.REMOTESAM;
    }

    @Override
    public String title() {
        return "RemoteSAM";
    }

    /** RMSIN's, with the cells of the published grid: for another grid only a configuration tells it from RMSIN. */
    @Override
    public Signature signature() {
        return super.signature()
                .withRows(CrossScaleConfig.MIXING, RmsinConfig.REMOTESAM_SIDE * RmsinConfig.REMOTESAM_SIDE);
    }

    @Override
    public ModelConfig published(DatasetVocabulary dataset) {
        return published(RmsinConfig.remoteSam(), dataset);
    }

    /** 40 epochs in batches of two. */
    @Override
    public String training(DatasetVocabulary dataset) {
        return """
                {"epochs": 40, "batch": 2, "optimizer": {"learning_rate": 3e-5}, "evaluation": {"select_by": "oiou"}}""";
    }

    @Override
    public String prompt(String sentence) {
        return ClassNames.prompt(sentence);
    }

    @Override
    public Upscaling upscaling() {
        return Upscaling.NEAREST;
    }
}
