package dev.swath.fianet;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.Recognition;
import dev.swath.files.Quoted;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.nn.ModuleException;
import dev.swath.tensor.TensorException;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.WeightsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a network that stands in a file or folder: those of a {@code config.json} that is given, or in the folder,
 * or carried by the file; for the rest what the tensors and the training script's arguments tell. What nothing tells is
 * asked for.
 *
 * @param provider of the network
 * @param config sizes, wiring and inputs
 */
record ModelSettings(NetworkProvider provider, ModelConfig config) {
    private static final System.Logger LOGGER = System.getLogger(ModelSettings.class.getName());
    private static final String FILE = "config.json";
    private static final String SIZES = "the sizes of its tensors";

    /** The keys of a configuration and what to call it. */
    private record Source(Map<String, Object> keys, String where) {
        Fields fields() {
            return new Fields(keys, where);
        }

        /** Whether it has a key such as {@code bert.heads}. */
        boolean has(String key) {
            return value(keys, key) != null;
        }
    }

    /**
     * @param checkpoint the weights
     * @param path as it was given: a file, or a folder that may have a {@code config.json}
     * @param given a {@code config.json} that was given besides, or null
     * @throws WeightsException if the settings are not those of the weights, or if some are missing
     */
    static ModelSettings of(Checkpoint checkpoint, Path path, @Nullable Path given) {
        Source source = source(checkpoint, path, given).orElse(null);
        NetworkProvider provider = provider(checkpoint, source);
        List<String> missing = missing(provider, checkpoint, source);
        if (!missing.isEmpty() && source != null) {
            throw new WeightsException("[weights] " + source.where + " does not say " + String.join(" and ", missing)
                    + " of the network, which the weights in " + Quoted.path(checkpoint.path())
                    + " do not tell either");
        }
        if (!missing.isEmpty()) {
            throw new WeightsException(
                    "[weights] " + Quoted.path(path) + " does not carry " + String.join(" and ", missing)
                            + " of its network, and its tensors do not tell; give a config.json with "
                            + (missing.size() == 1 ? "this key" : "these keys")
                            + " by --model-config FILE (in Java: Options.withModelConfig)");
        }
        ModelSettings settings = new ModelSettings(provider, config(provider, checkpoint, source));
        provider.assumed(checkpoint).forEach((key, sentence) -> {
            if (source == null || !source.has(key)) {
                LOGGER.log(System.Logger.Level.WARNING, "{0}: {1}", Quoted.path(checkpoint.path()), sentence);
            }
        });
        return settings;
    }

    /** The settings, unless something that is needed for them is not said anywhere. */
    static Optional<ModelSettings> ifDetermined(Checkpoint checkpoint, Path path) {
        Source source = source(checkpoint, path, null).orElse(null);
        NetworkProvider provider = provider(checkpoint, source);
        return missing(provider, checkpoint, source).isEmpty()
                ? Optional.of(new ModelSettings(provider, config(provider, checkpoint, source)))
                : Optional.empty();
    }

    private static Optional<Source> source(Checkpoint checkpoint, Path path, @Nullable Path given) {
        Path file = given != null ? given : Files.isDirectory(path) ? path.resolve(FILE) : null;
        try {
            if (file != null && (given != null || Files.exists(file))) {
                return Optional.of(new Source(Fields.read(file), Quoted.path(file)));
            }
            String where = "the configuration inside of " + Quoted.path(checkpoint.path());
            return checkpoint.settings().config().map(text -> new Source(Json.parseObject(text), where));
        } catch (JsonException e) {
            throw noNetwork(checkpoint, file == null ? "its own configuration" : Quoted.path(file), e);
        }
    }

    private static List<String> missing(NetworkProvider provider, Checkpoint checkpoint, @Nullable Source source) {
        try {
            return provider.undetermined(checkpoint).stream()
                    .filter(key -> source == null || !source.has(key))
                    .toList();
        } catch (IllegalArgumentException | TensorException e) {
            throw noNetwork(checkpoint, SIZES, e);
        }
    }

    /** The network that the configuration names, or else that whose names the tensors have. */
    private static NetworkProvider provider(Checkpoint checkpoint, @Nullable Source source) {
        if (source == null || !source.has(ModelConfig.NETWORK)) {
            return Recognition.network(checkpoint);
        }
        NetworkProvider named;
        try {
            named = Networks.named(source.fields().text(ModelConfig.NETWORK, ""));
        } catch (JsonException | ModuleException e) {
            throw noNetwork(checkpoint, source.where, e);
        }
        if (!named.signature().fitsNames(checkpoint.tensors())) {
            throw new WeightsException("[weights] " + source.where + " names the network " + named.name() + ", but "
                    + Quoted.path(checkpoint.path()) + " holds "
                    + Recognition.of(checkpoint).words());
        }
        return named;
    }

    private static WeightsException noNetwork(Checkpoint checkpoint, String with, RuntimeException e) {
        return new WeightsException("[weights] " + Quoted.path(checkpoint.path()) + " with " + with
                + " describes no network that can be: " + e.getMessage());
    }

    /** What the tensors alone tell of a network, or one sentence that they describe none. */
    static ModelConfig deduce(NetworkProvider provider, Checkpoint checkpoint) {
        return config(provider, checkpoint, null);
    }

    private static ModelConfig config(NetworkProvider provider, Checkpoint checkpoint, @Nullable Source source) {
        ModelConfig config;
        try {
            ModelConfig deduced = provider.deduce(checkpoint);
            config = source == null ? deduced : ModelConfig.fromJson(source.fields(), deduced);
            if (source != null) {
                requireAgreement(provider, checkpoint, source, config, deduced);
            }
        } catch (JsonException | IllegalArgumentException | TensorException e) {
            throw noNetwork(checkpoint, source == null ? SIZES : source.where, e);
        }
        Recognition.requireHeld(checkpoint, config.network().parameters());
        return config;
    }

    /** What the tensors imply must not be said otherwise: such a network would be made in vain, however large. */
    private static void requireAgreement(
            NetworkProvider provider, Checkpoint checkpoint, Source source, ModelConfig config, ModelConfig deduced) {
        if (!config.network().network().equals(deduced.network().network())) {
            return;
        }
        Map<String, Object> said = config.toJson();
        Map<String, Object> held = deduced.toJson();
        for (String key : provider.implied()) {
            Object is = value(held, key);
            Object other = value(said, key); // null if another key makes it a network that has no such sizes
            if (is != null && other != null && !is.equals(other)) {
                throw new WeightsException("[weights] " + source.where + ": '" + key + "' is " + other
                        + ", but the weights in " + Quoted.path(checkpoint.path()) + " hold " + is);
            }
        }
    }

    private static @Nullable Object value(Map<String, Object> keys, String path) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            return keys.get(path);
        }
        return keys.get(path.substring(0, dot)) instanceof Map<?, ?> inner ? inner.get(path.substring(dot + 1)) : null;
    }
}
