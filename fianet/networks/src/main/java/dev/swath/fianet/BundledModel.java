package dev.swath.fianet;

import dev.swath.fianet.model.Networks;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/**
 * The small model of the artifact {@code swath-fianet-bundled}, which Swath itself trained on synthetic scenes in the manner of both data sets;
 * {@code docs/bundled-model.md} tells how, and what it can do. It reads the words of those data sets' sentences.
 */
public final class BundledModel {
    private static final String VOCABULARY = "vocab.txt";
    private static final List<String> FILES = List.of("config.json", "model.safetensors", VOCABULARY);

    private BundledModel() {}

    /** Its vocabulary. */
    public static Vocabulary vocabulary() {
        return Vocabulary.of(text(VOCABULARY).lines().toList());
    }

    /**
     * JSON settings for {@code swath train} that give a network of its sizes, for first trainings that take minutes; the keys
     * are those of {@code docs/training.md}.
     */
    public static String trainingSettings() {
        return Networks.standard().compact().orElseThrow();
    }

    private static String text(String name) {
        try (InputStream in = resource(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** What reads a model folder. */
    @FunctionalInterface
    interface Reader<T> {
        T read(Path folder);
    }

    /** Lays the model's folder out in a temporary place for as long as it is read. */
    static <T> T read(Reader<T> reader) {
        try {
            Path folder = Files.createTempDirectory("swath-model");
            try {
                for (String name : FILES) {
                    try (InputStream in = resource(name)) {
                        Files.copy(in, folder.resolve(name));
                    }
                }
                return reader.read(folder);
            } finally {
                for (String name : FILES) {
                    Files.deleteIfExists(folder.resolve(name));
                }
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static InputStream resource(String name) {
        BundledFiles files = ServiceLoader.load(BundledFiles.class, BundledModel.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new WeightsException(
                        "[weights] the bundled model is not here; add the artifact dev.swath:swath-fianet-bundled"));
        InputStream in = files.open(name);
        if (in == null) {
            throw new WeightsException("[weights] the bundled model's " + name + " is missing from this build");
        }
        return in;
    }

    private static WeightsException unreadable(IOException e) {
        return new WeightsException("[weights] the bundled model cannot be laid out in the temporary folder "
                + System.getProperty("java.io.tmpdir") + " (" + e + "); set java.io.tmpdir to one with 32 MB to spare");
    }
}
