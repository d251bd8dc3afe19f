package dev.swath.fianet.cli;

import dev.swath.fianet.BundledModel;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.files.Quoted;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.nn.ModuleException;
import dev.swath.tokenizer.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** What {@code --config} and {@code --vocab} name. */
final class Settings {
    /** Stands for the sizes of the bundled model; a file of this name is {@code ./compact}. */
    static final String COMPACT = "compact";

    private Settings() {}

    static boolean isCompact(@Nullable Path config) {
        return config != null && means(config, COMPACT);
    }

    /** Whether a path is a word that stands for something inside the artifact, whatever lies in the working folder. */
    static boolean means(Path given, String word) {
        return given.equals(Path.of(word));
    }

    /** Says so where the word is also the name of a file or folder. */
    static void tellInside(CommandSpec spec, @Nullable Path given, String word, String inside) {
        if (given != null && means(given, word) && Files.exists(given)) {
            spec.commandLine()
                    .getErr()
                    .println("swath: '" + word + "' is the " + inside
                            + " inside Swath; for the file or folder of that name write ./" + word);
        }
    }

    /**
     * The keys of a configuration, to be changed freely; none without one.
     *
     * @param network the name that the command line gives, or null; it wins over the file's
     * @param fallback the network's name if neither the command line nor the file has one
     */
    static Map<String, Object> read(@Nullable Path config, @Nullable String network, String fallback) {
        Map<String, Object> keys = new LinkedHashMap<>();
        if (isCompact(config)) {
            NetworkProvider provider = named(network == null ? fallback : network);
            keys = Json.parseObject(provider.compact()
                    .orElseThrow(() -> new UsageException(
                            "the network " + provider.name() + " has no compact settings; give a file by --config")));
        } else if (config != null) {
            keys = Fields.read(config);
        }
        Map<String, Object> model = inside(keys, "model");
        if (network != null) {
            model.put(ModelConfig.NETWORK, network);
        } else {
            model.putIfAbsent(ModelConfig.NETWORK, fallback);
        }
        keys.put("model", model);
        return keys;
    }

    /** The network that such keys name. */
    static NetworkProvider network(Map<String, Object> keys) {
        return named(Json.asString(inside(keys, "model").get(ModelConfig.NETWORK), "model.network"));
    }

    /** The network of that name. */
    static NetworkProvider named(String name) {
        try {
            return Networks.named(name);
        } catch (ModuleException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /** The bundled model's vocabulary as a file, for as long as the process runs. */
    static Path bundledVocabulary() {
        Vocabulary vocabulary = BundledModel.vocabulary();
        try {
            Path file = Files.createTempFile("swath-vocab", ".txt");
            file.toFile().deleteOnExit();
            return Files.write(
                    file,
                    IntStream.range(0, vocabulary.size())
                            .mapToObj(vocabulary::piece)
                            .toList());
        } catch (IOException _) {
            throw new UsageException("the bundled vocabulary cannot be laid out in the temporary folder "
                    + Quoted.text(System.getProperty("java.io.tmpdir")) + "; give --vocab");
        }
    }

    /** Takes the size of the network's word table from the vocabulary, unless the keys say one. */
    static void vocabularySize(Map<String, Object> keys, Path vocabulary) {
        String[] path = ("model." + network(keys).vocabularyKey()).split("\\.");
        Map<String, Object> at = keys;
        for (String name : Arrays.copyOf(path, path.length - 1)) {
            Map<String, Object> inner = inside(at, name);
            at.put(name, inner);
            at = inner;
        }
        at.putIfAbsent(path[path.length - 1], (long) Vocabulary.load(vocabulary).size());
    }

    /** The object of that name, or an empty one that is not yet in it. */
    static Map<String, Object> inside(Map<String, Object> keys, String name) {
        return keys.containsKey(name) ? Json.asObject(keys.get(name), name) : new LinkedHashMap<>();
    }
}
