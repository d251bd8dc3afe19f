package dev.swath.fianet.model.rmsin;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.model.parts.CrossScaleConfig;
import dev.swath.fianet.model.skeleton.SkeletonProvider;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Registers RMSIN. Its tensors tell the size of its images: that of the last grid's mixing. */
public class RmsinProvider extends SkeletonProvider {
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
        String own = "backbone.cim.";
        return Signature.of("backbone.layers.0.fusion.", "classifier.", "text_encoder.", own)
                .without(RELATIVES.stream().filter(n -> !n.equals(own)).toArray(String[]::new));
    }

    @Override
    public ModelConfig published(DatasetVocabulary dataset) {
        return published(RmsinConfig.rmsin(), dataset);
    }

    /** 40 epochs in batches of two on four cards; black squares on RRSIS-D. */
    @Override
    public String training(DatasetVocabulary dataset) {
        String augment = dataset == DatasetVocabulary.RRSISD ? "\"augment\": [\"squares\"], " : "";
        return "{\"epochs\": 40, \"batch\": 8, " + augment
                + "\"optimizer\": {\"learning_rate\": 3e-5}, \"evaluation\": {\"select_by\": \"oiou\"}}";
    }

    @Override
    protected Map<String, Object> compactModel() {
        return Map.of(CrossScaleConfig.KEY, Map.of("side", 4));
    }

    @Override
    protected NetworkConfig network(TrunkConfig trunk, Checkpoint checkpoint) {
        return new RmsinConfig(name(), trunk, CrossScaleConfig.deduce(checkpoint.tensors()), 0.2);
    }

    @Override
    protected int imageSize(NetworkConfig network) {
        return ((RmsinConfig) network).imageSize();
    }

    /** The heads of a BERT or a cross-scale attention of no published width; never the image size. */
    @Override
    public List<String> undetermined(Checkpoint checkpoint) {
        List<String> out = new ArrayList<>(super.undetermined(checkpoint));
        out.remove("image_size");
        out.addAll(CrossScaleConfig.undetermined(checkpoint.tensors()));
        return out;
    }

    @Override
    public Set<String> implied() {
        Set<String> out = new TreeSet<>(super.implied());
        out.add(CrossScaleConfig.KEY + ".side");
        return out;
    }
}
