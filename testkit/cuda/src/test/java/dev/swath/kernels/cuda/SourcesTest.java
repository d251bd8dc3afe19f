package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class SourcesTest {
    @Test
    void everyFileOfKernelsIsInTheList() throws IOException {
        Path folder = Path.of("../../kernels/cuda/src/main/cuda");
        Assumptions.assumeTrue(Files.isDirectory(folder), "the sources are not here");
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    files.map(f -> f.getFileName().toString())
                            .filter(f -> f.endsWith(".cu"))
                            .map(f -> f.substring(0, f.length() - 3))
                            .collect(Collectors.toCollection(TreeSet::new)),
                    new TreeSet<>(Sources.FILES));
        }
    }
}
