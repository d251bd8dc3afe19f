package dev.swath.fianet.model.lavt;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.model.skeleton.SkeletonProvider;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.weights.Checkpoint;

/** Registers LAVT; its files are of two forms, with the text encoder among the weights ("lavt_one") or beside them ("lavt"). */
public final class LavtProvider extends SkeletonProvider {
    /** Made by the list of networks. */
    public LavtProvider() {}

    @Override
    public String name() {
        return LavtConfig.NAME;
    }

    @Override
    public String title() {
        return "LAVT";
    }

    /** What its relatives have more of is lacking. */
    @Override
    public Signature signature() {
        return only();
    }

    @Override
    public ModelConfig published(DatasetVocabulary dataset) {
        return published(new LavtConfig(TrunkConfig.published()), dataset);
    }

    /** 40 epochs in batches of 32, cross entropy alone. */
    @Override
    public String training(DatasetVocabulary dataset) {
        return """
                {"epochs": 40, "batch": 32, "optimizer": {"learning_rate": 5e-5},
                 "loss": {"cross_entropy": 1, "dice": 0}, "evaluation": {"select_by": "oiou"}}""";
    }

    @Override
    protected LavtConfig network(TrunkConfig trunk, Checkpoint checkpoint) {
        return new LavtConfig(trunk);
    }
}
