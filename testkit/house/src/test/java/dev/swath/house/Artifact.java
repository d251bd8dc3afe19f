package dev.swath.house;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;

/**
 * A published artifact as it is built.
 *
 * @param name without {@code swath-}
 * @param folder below the repository's
 */
record Artifact(String name, String folder) {
    /** The repository's folder. */
    static final Path HOME = Path.of("../..").toAbsolutePath().normalize();

    /** All of them, in the order of the build. */
    static final List<Artifact> ALL = List.of(
            new Artifact("tensor", "tensor"),
            new Artifact("kernels", "kernels/api"),
            new Artifact("kernels-vector", "kernels/vector"),
            new Artifact("kernels-cuda", "kernels/cuda"),
            new Artifact("autograd", "autograd"),
            new Artifact("files", "weights/files"),
            new Artifact("weights", "weights/checkpoints"),
            new Artifact("nn", "nn"),
            new Artifact("tokenizer", "tokenizer"),
            new Artifact("fianet-networks", "fianet/networks"),
            new Artifact("fianet-opennlp", "fianet/opennlp"),
            new Artifact("fianet-bundled", "fianet/bundled"),
            new Artifact("fianet-datasets", "fianet/datasets"),
            new Artifact("fianet-inspect", "fianet/inspect"),
            new Artifact("fianet-training", "fianet/training"),
            new Artifact("fianet-cli", "fianet/cli"));

    static Artifact of(String name) {
        return ALL.stream().filter(a -> a.name.equals(name)).findFirst().orElseThrow();
    }

    private Path classes() {
        return HOME.resolve(folder).resolve("target/classes");
    }

    /** Names of the modules that its own requires at run time, the JDK's base apart. */
    Set<String> required() {
        ModuleDescriptor module =
                ModuleFinder.of(classes()).findAll().iterator().next().descriptor();
        return module.requires().stream()
                .filter(r -> !r.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .map(ModuleDescriptor.Requires::name)
                .filter(n -> !n.equals("java.base"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Packages that hold classes of its own. */
    Set<String> packages() {
        return ModuleFinder.of(classes())
                .findAll()
                .iterator()
                .next()
                .descriptor()
                .packages();
    }

    /** What Maven puts beside it at run time, from elsewhere and from here, each by its artifact id. */
    Map<Boolean, Set<String>> together() {
        Map<Boolean, Set<String>> out = new TreeMap<>(Map.of(true, new TreeSet<>(), false, new TreeSet<>()));
        try {
            for (String line : Files.readAllLines(HOME.resolve(folder).resolve("target/run-time-dependencies"))) {
                String[] parts = line.strip().split(":");
                if (parts.length > 3) {
                    out.get(parts[0].equals("dev.swath")).add(parts[1]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out;
    }

    /** Bytes of its files when each is deflated as in a jar. */
    long size() {
        try (Stream<Path> files = Files.walk(classes())) {
            long sum = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
                    Files.copy(file, out);
                }
                // Name and sizes stand in the jar twice.
                sum += bytes.size() + 2L * classes().relativize(file).toString().length() + 100;
            }
            return sum;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
