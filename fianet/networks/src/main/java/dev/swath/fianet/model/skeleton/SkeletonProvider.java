package dev.swath.fianet.model.skeleton;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.ScriptArguments;
import dev.swath.fianet.model.TrunkSettings;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What registrations of the family's networks have in common: the trunk's keys, and inputs as the training script says them. */
public abstract class SkeletonProvider implements NetworkProvider {
    /** Side of the published models' images. */
    protected static final int SIZE = 480;

    /** For subclasses. */
    protected SkeletonProvider() {}

    /** The network that the tensors imply, and what the script wrote beside them, around a trunk. */
    protected abstract NetworkConfig network(TrunkConfig trunk, Checkpoint checkpoint);

    /** The data set that is meant if the file does not say; by default RefSegRS. */
    protected DatasetVocabulary dataset(Checkpoint checkpoint) {
        return DatasetVocabulary.REFSEGRS;
    }

    /** The side of the images if the file does not say. */
    protected int imageSize(NetworkConfig network) {
        return SIZE;
    }

    @Override
    public final String vocabularyKey() {
        return "bert.vocabulary";
    }

    /** By the tensors, and by the arguments of the training script where the file has them. */
    @Override
    public final ModelConfig deduce(Checkpoint checkpoint) {
        TrunkConfig trunk = TrunkConfig.of(checkpoint, title());
        NetworkConfig network = network(trunk, checkpoint);
        ScriptArguments arguments = new ScriptArguments(checkpoint.settings().arguments());
        DatasetVocabulary dataset = arguments.dataset().orElseGet(() -> dataset(checkpoint));
        return new ModelConfig(
                network,
                dataset,
                Math.min(dataset.length(), trunk.text().positions()),
                arguments.imageSize().orElseGet(() -> imageSize(network)));
    }

    /** The heads of a BERT of no published width; the image size of a network of other sizes than the published one. */
    @Override
    public List<String> undetermined(Checkpoint checkpoint) {
        TrunkConfig trunk = TrunkConfig.of(checkpoint, title());
        List<String> out = new ArrayList<>();
        if (!TrunkSettings.isStandard(trunk.text())) {
            out.add("bert.heads");
        }
        ScriptArguments arguments = new ScriptArguments(checkpoint.settings().arguments());
        if (!trunk.isPublished() && arguments.imageSize().isEmpty()) {
            out.add("image_size");
        }
        return out;
    }

    @Override
    public Set<String> implied() {
        return TrunkSettings.implied();
    }

    @Override
    public boolean optional(String name) {
        return name.endsWith("relative_position_index");
    }
}
