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
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.TensorException;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.WeightsException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    private static final int[] SIZES = {
        0, 1, 2, 3, 4, 7, 8, 12, 16, 100, 128, 1000, 4096, 46_340, 65_536, 1 << 20, 1 << 24, 1 << 30, Integer.MAX_VALUE
    };
    private static final List<String> PARTS =
            List.of("", "0", "1", "2", "3", "99", "100000", "99999999999999999999", "weight", "layers", "backbone", "\u001b[2J");

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

    private static Shape changed(Shape shape, SplittableRandom random) {
        int[] dims = shape.dims();
        if (random.nextInt(6) == 0) {
            dims = java.util.Arrays.copyOf(dims, random.nextInt(6));
        }
        if (dims.length > 0) {
            dims[random.nextInt(dims.length)] = SIZES[random.nextInt(SIZES.length)];
        }
        try {
            return Shape.of(dims);
        } catch (TensorException e) {
            return shape; // no file can say it either
        }
    }

    private static String changed(String name, SplittableRandom random) {
        String[] parts = name.split("\\.");
        parts[random.nextInt(parts.length)] = PARTS.get(random.nextInt(PARTS.size()));
        return String.join(".", parts);
    }

    /** One to four tensors taken out, renamed, doubled under another name or given another shape, of which the last can be claimed freely. */
    private static StateDict changed(StateDict valid, SplittableRandom random) {
        List<String> names = List.copyOf(valid.names());
        List<Integer> places = new ArrayList<>();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            places.add(random.nextInt(names.size()));
        }
        StateDict out = new StateDict();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            StateDict.Entry entry = valid.entry(name);
            if (!places.contains(i)) {
                put(out, name, entry);
                continue;
            }
            switch (random.nextInt(5)) {
                case 0 -> {}
                case 1 -> put(out, changed(name, random), entry);
                case 2 -> {
                    put(out, name, entry);
                    put(out, changed(name, random), entry);
                }
                default ->
                    put(
                            out,
                            name,
                            new StateDict.Entry(entry.dtype(), changed(entry.shape(), random), entry.reader()));
            }
        }
        return out;
    }

    private static void put(StateDict out, String name, StateDict.Entry entry) {
        if (!out.contains(name)) {
            out.put(name, entry);
        }
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
                            Path.of("changed.pth"), Checkpoint.Format.TORCH, changed(valid, random));
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
                    Fields keys = new Fields(
                            Json.parseObject(new String(input, StandardCharsets.UTF_8)), "config.json");
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
                "java.lang.String".getBytes(StandardCharsets.UTF_8),
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
