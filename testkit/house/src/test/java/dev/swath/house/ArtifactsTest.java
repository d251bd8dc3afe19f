package dev.swath.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each published artifact needs, how large it is, and what comes with it. */
class ArtifactsTest {
    /** What somebody gets who wants tensors, gradients, networks, words and weights. */
    private static final List<String> CORE =
            List.of("tensor", "kernels", "kernels-vector", "autograd", "nn", "tokenizer", "weights", "files");

    private static final int CORE_BYTES = 1_000_000;

    /** The modules that each one's module requires, neither more nor less. */
    private static final Map<String, Set<String>> REQUIRED = Map.ofEntries(
            Map.entry("tensor", Set.of()),
            Map.entry("kernels", Set.of("dev.swath.tensor")),
            Map.entry("kernels-vector", Set.of("dev.swath.kernels", "jdk.incubator.vector")),
            Map.entry("kernels-cuda", Set.of("dev.swath.kernels", "org.bytedeco.javacpp", "org.bytedeco.cuda")),
            Map.entry("autograd", Set.of("dev.swath.tensor", "dev.swath.kernels")),
            Map.entry("files", Set.of()),
            Map.entry("weights", Set.of("dev.swath.tensor", "dev.swath.files")),
            Map.entry("nn", Set.of("dev.swath.autograd")),
            Map.entry("tokenizer", Set.of()),
            Map.entry(
                    "fianet-networks",
                    Set.of(
                            "dev.swath.tensor",
                            "dev.swath.kernels",
                            "dev.swath.nn",
                            "dev.swath.weights",
                            "dev.swath.files",
                            "dev.swath.tokenizer",
                            "java.desktop")),
            Map.entry("fianet-opennlp", Set.of("dev.swath.fianet", "org.apache.opennlp.tools", "org.slf4j")),
            Map.entry("fianet-bundled", Set.of("dev.swath.fianet")),
            Map.entry("fianet-datasets", Set.of("dev.swath.fianet", "dev.swath.files")),
            Map.entry("fianet-inspect", Set.of("dev.swath.fianet", "dev.swath.files")),
            Map.entry("fianet-training", Set.of("dev.swath.fianet.datasets", "dev.swath.files")),
            Map.entry(
                    "fianet-cli",
                    Set.of(
                            "dev.swath.fianet.training",
                            "dev.swath.fianet.inspect",
                            "dev.swath.files",
                            "info.picocli",
                            "java.management",
                            "jdk.management")));

    private static final Set<String> TIFF =
            Set.of("imageio-tiff", "imageio-core", "imageio-metadata", "common-lang", "common-io", "common-image");
    private static final Set<String> TAGGER = Set.of("opennlp-tools", "opennlp-models-pos-en", "slf4j-api");

    /** Other people's libraries that come with each at run time; with the others, none. */
    private static final Map<String, Set<String>> FOREIGN = Map.of(
            "kernels-cuda", Set.of("javacpp", "cuda"),
            "fianet-networks", TIFF,
            "fianet-opennlp", plus(TIFF, TAGGER),
            "fianet-bundled", TIFF,
            "fianet-datasets", TIFF,
            "fianet-inspect", TIFF,
            "fianet-training", TIFF,
            "fianet-cli", plus(plus(TIFF, TAGGER), Set.of("picocli", "slf4j-jdk14")));

    private static Set<String> plus(Set<String> some, Set<String> more) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(more);
        return all;
    }

    static Stream<Artifact> artifacts() {
        return Artifact.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("artifacts")
    void requiresWhatIsSaidHere(Artifact artifact) {
        assertEquals(new TreeSet<>(REQUIRED.get(artifact.name())), artifact.required());
    }

    @ParameterizedTest
    @MethodSource("artifacts")
    void bringsNoMoreLibrariesThanAreSaidHere(Artifact artifact) {
        assertEquals(
                new TreeSet<>(FOREIGN.getOrDefault(artifact.name(), Set.of())),
                artifact.together().get(false));
    }

    @Test
    void theCoreStaysBelowAMegabyte() {
        long bytes = CORE.stream().map(Artifact::of).mapToLong(Artifact::size).sum();
        assertTrue(bytes > 100_000 && bytes < CORE_BYTES, bytes + " bytes");
    }

    /** The taggers, the model, the data sets and the commands are for those who name them. */
    @Test
    void whoEmbedsTheNetworksGetsTheEngineAndTheReaderOfTiff() {
        Map<Boolean, Set<String>> together = Artifact.of("fianet-networks").together();
        Set<String> engine = new TreeSet<>();
        CORE.forEach(name -> engine.add("swath-" + name));
        assertEquals(engine, together.get(true));
        assertEquals(new TreeSet<>(TIFF), together.get(false));
    }

    @Test
    void noPackageIsSplit() {
        Map<String, Artifact> homes = new HashMap<>();
        for (Artifact artifact : Artifact.ALL) {
            for (String name : artifact.packages()) {
                assertNull(homes.put(name, artifact), name + " is in " + artifact + " and in another artifact");
            }
        }
    }
}
