package dev.swath.fianet.model.skeleton;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.model.Limits;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.ScriptArguments;
import dev.swath.fianet.model.Signature;
import dev.swath.fianet.model.Trunk;
import dev.swath.fianet.model.TrunkSettings;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.nn.Parameter;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

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
        try (InputStream in = SkeletonProvider.class.getResourceAsStream("compact.json")) {
            String text = new String(Objects.requireNonNull(in, "compact.json").readAllBytes(), StandardCharsets.UTF_8);
            Map<String, Object> keys = new LinkedHashMap<>(Json.parseObject(text));
            Map<String, Object> model = new LinkedHashMap<>(Json.asObject(keys.get("model"), "model"));
            model.putAll(compactModel());
            keys.put("model", model);
            return Optional.of(Json.write(keys, false));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        Set<String> out = new TreeSet<>(TrunkSettings.implied());
        out.add("refiner_channels");
        return out;
    }

    @Override
    public boolean optional(String name) {
        return name.endsWith("relative_position_index") || name.endsWith("num_batches_tracked");
    }

    /** Without what no network of the family uses, but saves of its text encoder may hold. */
    @Override
    public StateDict tensors(Checkpoint checkpoint) {
        return TrunkSettings.withoutUnused(checkpoint.tensors(), Trunk.TEXT);
    }

    /** The family's names with that one of {@link #RELATIVES}, and perhaps the others named, but with no further one. */
    protected static Signature only(String own, String... others) {
        List<String> with = new ArrayList<>(List.of(others));
        with.add(own);
        return Signature.of("backbone.layers.0.fusion.", own)
                .without(RELATIVES.stream().filter(r -> !with.contains(r)).toArray(String[]::new));
    }

    /**
     * The tensors of a checkpoint, and for each of the network's that the checkpoint lacks and no pass reads one with first values. That
     * some were lacking is told once.
     */
    protected final StateDict completed(StateDict tensors, Checkpoint checkpoint, Predicate<String> idle) {
        ReferringNetwork network = deduce(checkpoint).network().create();
        List<String> missing = network.targets().keySet().stream()
                .filter(name -> idle.test(name) && !tensors.contains(name) && !optional(name))
                .toList();
        if (missing.isEmpty()) {
            return tensors;
        }
        StateDict out = new StateDict();
        tensors.names().forEach(name -> out.put(name, tensors.entry(name)));
        RandomSource random = new RandomSource(0);
        for (String name : missing) {
            Parameter parameter = network.namedParameters().get(name);
            if (parameter != null) {
                parameter.initialise(random);
                out.put(name, parameter.value());
            } else {
                out.put(name, network.namedBuffers().get(name).value());
            }
        }
        tell(
                checkpoint,
                "it lacks tensors that no pass reads, " + missing.size() + " in all, such as " + missing.getFirst());
        return out;
    }

    /** Tells people what was found in a checkpoint. */
    protected static void tell(Checkpoint checkpoint, String sentence) {
        LOGGER.log(System.Logger.Level.INFO, "{0}: {1}", Quoted.path(checkpoint.path()), sentence);
    }
}
