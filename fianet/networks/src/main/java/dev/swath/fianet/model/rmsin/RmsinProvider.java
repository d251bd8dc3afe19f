package dev.swath.fianet.model.rmsin;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.skeleton.CrossScaleProvider;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.weights.Checkpoint;

/** Registers RMSIN. Its tensors tell the size of its images: that of the last grid's mixing. */
public class RmsinProvider extends CrossScaleProvider {
    /** Made by the list of networks. */
    public RmsinProvider() {}

    @Override
    public String name() {
        return RmsinConfig.RMSIN;
    }

    @Override
    public String title() {
        return "RMSIN";
    }

    /** LAVT's names and cross-scale interaction; what those made from it have more of is lacking. */
    @Override
    public Signature signature() {
        return only("backbone.cim.");
    }

    @Override
    public ModelConfig published(DatasetVocabulary dataset) {
        return published(RmsinConfig.rmsin(), dataset);
    }

    /** 40 epochs in batches of two on four cards; black squares on RRSIS-D. */
    @Override
    public String training(DatasetVocabulary dataset) {
        return training(dataset, 40, 8, "oiou");
    }

    @Override
    protected NetworkConfig network(TrunkConfig trunk, Checkpoint checkpoint) {
        return new RmsinConfig(name(), trunk, CrossScaleConfig.deduce(checkpoint, title()), ROUTER_DROPOUT);
    }
}
