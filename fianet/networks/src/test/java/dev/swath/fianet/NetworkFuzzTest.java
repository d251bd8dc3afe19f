package dev.swath.fianet;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.Recognition;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Fuzz;
import dev.swath.files.Mutations;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.nn.ModuleException;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.WeightsException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What tells a network and its sizes, changed: names and shapes of tensors, configurations, lists of plug-ins; see {@link Fuzz}. */
class NetworkFuzzTest {
    private final Logger logger = Logger.getLogger(ModelSettings.class.getName());

    @TempDir(factory = Fuzz.InMemory.class)
    Path folder;

    /** What is assumed of a network is told for each. */
    @BeforeEach
    void quiet() {
        logger.setLevel(Level.OFF);
    }

    @AfterEach
    void loud() {
        logger.setLevel(null);
    }

    static List<NetworkProvider> networks() {
        return Networks.all().stream().filter(n -> n.warmUp().isPresent()).toList();
    }

    /** By the input's eight bytes; whatever the shapes are, no network is made of them. */
    @ParameterizedTest
    @MethodSource("networks")
    void namesAndShapes(NetworkProvider provider) {
        StateDict valid = provider.warmUp().orElseThrow().create().stateDict();
        Fuzz fuzz = new Fuzz("tensors of " + provider.name(), List.of(), List.of(), WeightsException.class)
                .by((_, random) ->
                        ByteBuffer.allocate(8).putLong(random.nextLong()).array())
                .run(input -> {
                    SplittableRandom random =
                            new SplittableRandom(ByteBuffer.wrap(input).getLong());
                    Checkpoint checkpoint = new Checkpoint(
                            Path.of("changed.pth"), Checkpoint.Format.TORCH, ChangedTensors.of(valid, random));
                    Recognition.of(checkpoint);
                    if (random.nextBoolean()) {
                        ModelSettings.deduce(provider, checkpoint);
                    } else {
                        ModelSettings.of(checkpoint, checkpoint.path(), null);
                    }
                });
        assertTrue(fuzz.refused() > 0, provider.name());
    }

    /** Whatever {@code config.json} says of a network that is to be trained, or of one whose sizes are not held by any file. */
    @ParameterizedTest
    @MethodSource("all")
    void configurations(NetworkProvider provider) {
        ModelConfig published = provider.published(DatasetVocabulary.RRSISD);
        Fuzz fuzz = new Fuzz(
                        "config.json of " + provider.name(),
                        List.of(Json.write(published.toJson(), false).getBytes(StandardCharsets.UTF_8)),
                        List.of(),
                        JsonException.class,
                        ModuleException.class,
                        IllegalArgumentException.class)
                .by(Mutations::json)
                .run(input -> {
                    Fields keys =
                            new Fields(Json.parseObject(new String(input, StandardCharsets.UTF_8)), "config.json");
                    NetworkConfig config = ModelConfig.fromJson(keys, published).network();
                    assertTrue(config.parameters() >= 0);
                });
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds(), provider.name());
    }

    static List<NetworkProvider> all() {
        return Networks.all();
    }

    /** The list by which a jar names its networks. */
    @Test
    void services() throws Exception {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        URL[] path = {folder.toUri().toURL()};
        ClassLoader own = NetworkFuzzTest.class.getClassLoader();
        List<byte[]> words = List.of(
                "#".getBytes(StandardCharsets.UTF_8),
                "\n".getBytes(StandardCharsets.UTF_8),
                "com.example.Nothing".getBytes(StandardCharsets.UTF_8),
                "dev.swath.fianet.model.NetworkConfig".getBytes(StandardCharsets.UTF_8),
                "\u001b[2J".getBytes(StandardCharsets.UTF_8),
                "x".repeat(3000).getBytes(StandardCharsets.UTF_8));
        Fuzz fuzz = new Fuzz(
                        "services",
                        List.of("# those of others\n".getBytes(StandardCharsets.UTF_8)),
                        words,
                        ModuleException.class)
                .run(Fuzz.file(services.resolve(NetworkProvider.class.getName()), _ -> {
                    try (URLClassLoader others = new URLClassLoader(path, own)) {
                        Thread.currentThread().setContextClassLoader(others);
                        Networks.all();
                    }
                }));
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
    }
}
