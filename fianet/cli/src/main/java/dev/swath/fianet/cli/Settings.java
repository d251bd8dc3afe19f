package dev.swath.fianet.cli;

import dev.swath.fianet.BundledModel;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.tokenizer.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What {@code --config} and {@code --vocab} name. */
final class Settings {
    /** Stands for the sizes of the bundled model, unless a file has this name. */
    static final String COMPACT = "compact";

    private Settings() {}

    static boolean isCompact(@Nullable Path config) {
        return config != null && means(config, COMPACT);
    }

    /** Whether a path is a word that stands for something inside the artifact: a file or folder of that name goes before. */
    static boolean means(Path given, String word) {
        return given.equals(Path.of(word)) && !Files.exists(given);
    }

    /** The keys of a configuration, to be changed freely; none without one. */
    static Map<String, Object> read(@Nullable Path config) {
        if (config == null) {
            return new LinkedHashMap<>();
        }
        return isCompact(config) ? Json.parseObject(BundledModel.trainingSettings()) : Fields.read(config);
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
        } catch (IOException e) {
            throw new UsageException("the bundled vocabulary cannot be laid out in the temporary folder "
                    + System.getProperty("java.io.tmpdir") + " (" + e + "); give --vocab");
        }
    }

    /** Takes the size of the text encoder's word table from the vocabulary, unless the keys say one. */
    static void vocabularySize(Map<String, Object> keys, Path vocabulary) {
        Map<String, Object> model = inside(keys, "model");
        Map<String, Object> bert = inside(model, "bert");
        bert.putIfAbsent("vocabulary", (long) Vocabulary.load(vocabulary).size());
        model.put("bert", bert);
        keys.put("model", model);
    }

    /** The object of that name, or an empty one that is not yet in it. */
    static Map<String, Object> inside(Map<String, Object> keys, String name) {
        return keys.containsKey(name) ? Json.asObject(keys.get(name), name) : new LinkedHashMap<>();
    }
}
