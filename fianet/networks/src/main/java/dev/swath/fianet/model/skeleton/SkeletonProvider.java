package dev.swath.fianet.model.skeleton;

import dev.swath.fianet.model.CompactSettings;
import dev.swath.fianet.model.Limits;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.ScriptArguments;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.model.Trunk;
import dev.swath.fianet.model.TrunkSettings;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Quoted;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What registrations of the family's networks have in common: the trunk's keys, and inputs as the training script says them. */
public abstract class SkeletonProvider implements NetworkProvider {
    /** Parts of names that only networks with more than the skeleton have. */
    protected static final List<String> RELATIVES = List.of(
            "backbone.cim.",
            "backbone.lgce.",
            "backbone.tmem.",
            "layers.0.corr.",
            "layers.0.alpha_fc.",
            "backbone.VMSF.",
            "fusion_global.",
            "vglva");

    /** Side of the published models' images. */
    protected static final int SIZE = 480;

    private static final System.Logger LOGGER = System.getLogger(SkeletonProvider.class.getName());
    private static final int LENGTH = 20;

    /** For subclasses. */
    protected SkeletonProvider() {}

    /** The network that the tensors imply, and what the script wrote beside them, around a trunk. */
    protected abstract NetworkConfig network(TrunkConfig trunk, Checkpoint checkpoint);

    /** The data set that is meant if the file does not say; by default RefSegRS. */
    protected DatasetVocabulary dataset(Checkpoint checkpoint) {
        return DatasetVocabulary.REFSEGRS;
    }

    /** Ids a sentence for a data set; by default 20, as in every published training but FIANet's. */
    protected int sentenceLength(DatasetVocabulary dataset) {
        return LENGTH;
    }

    /** The side of the images if the file does not say. */
    protected int imageSize(NetworkConfig network) {
        return SIZE;
    }

    /** A network with its published inputs. */
    protected final ModelConfig published(NetworkConfig network, DatasetVocabulary dataset) {
        return new ModelConfig(network, dataset, sentenceLength(dataset), imageSize(network));
    }

    /** Keys of the model in which a compact one differs from the family's, as {@code image_size}; by default none. */
    protected Map<String, Object> compactModel() {
        return Map.of();
    }

    @Override
    public Optional<String> compact() {
        Map<String, Object> loss = Map.of("dice", 0.5, "dice_reduction", "mean");
        return Optional.of(CompactSettings.with(compactModel(), Map.of("loss", loss)));
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
        Limits limits = network.limits();
        return new ModelConfig(
                network,
                dataset,
                Math.min(sentenceLength(dataset), trunk.text().positions()),
                arguments
                        .imageSize()
                        .filter(s -> s >= limits.smallestImage() && s <= limits.largestImage())
                        .orElseGet(() -> imageSize(network)));
    }

    /** The heads of a BERT of no published width; the image size of a network of other sizes than the published one. */
    @Override
    public List<String> undetermined(Checkpoint checkpoint) {
        TrunkConfig trunk = TrunkConfig.of(checkpoint, title());
        return TrunkSettings.undetermined(checkpoint, trunk.vision(), trunk.text());
    }

    @Override
    public Set<String> implied() {
        Set<String> out = new TreeSet<>(TrunkSettings.implied());
        out.add("refiner_channels");
        return out;
    }

    @Override
    public boolean optional(String name, NetworkConfig network) {
        return name.endsWith("relative_position_index") || name.endsWith("num_batches_tracked");
    }

    /** Without what no network of the family uses, but saves of its text encoder may hold. */
    @Override
    public StateDict tensors(Checkpoint checkpoint) {
        return TrunkSettings.withoutUnused(checkpoint.tensors(), Trunk.TEXT);
    }

    /** The family's names with those of {@link #RELATIVES}, and with no further one; a whole one has text encoder and decoder too. */
    protected static Signature only(String... own) {
        List<String> has = new ArrayList<>(List.of(own));
        has.add("backbone.layers.0.fusion.");
        return Signature.of(has.toArray(String[]::new))
                .without(RELATIVES.stream().filter(r -> !has.contains(r)).toArray(String[]::new))
                .wholeWith(Trunk.TEXT, "classifier.");
    }

    /** Tells people what was found in a checkpoint. */
    protected static void tell(Checkpoint checkpoint, String sentence) {
        LOGGER.log(System.Logger.Level.INFO, "{0}: {1}", Quoted.path(checkpoint.path()), sentence);
    }
}
