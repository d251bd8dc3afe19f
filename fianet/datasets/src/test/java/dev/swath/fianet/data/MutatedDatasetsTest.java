package dev.swath.fianet.data;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Fuzz;
import dev.swath.files.Mutations;
import dev.swath.kernels.Parallelism;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole data sets with a changed file in them: they are read or refused in a sentence; see {@link Fuzz}. */
class MutatedDatasetsTest {
    private static void check(Path data, DatasetVocabulary layout) {
        for (Problem p :
                DatasetCheck.run(data, layout, false, Parallelism.single()).problems()) {
            Fuzz.requireSentence("a split", p.split());
            Fuzz.requireSentence("an item", p.item());
            Fuzz.requireSentence("a problem", p.text());
        }
    }

    private static void readAll(Path data) {
        try (RrsisD set = RrsisD.open(data, Split.TRAIN)) {
            for (int i = 0; i < set.size(); i++) {
                set.read(i);
            }
        }
    }

    private static void fuzz(String name, Path file, byte[] seed, Fuzz.Change change, Fuzz.Target target) {
        Fuzz fuzz = new Fuzz(name, List.of(seed), List.of(), DataException.class)
                .by(change)
                .run(Fuzz.file(file, target));
        assertTrue(fuzz.refused() > 0, name);
    }

    @Test
    void refsOfRrsisD(@TempDir(factory = Fuzz.InMemory.class) Path folder) throws IOException {
        Path data = Layouts.rrsisD(folder);
        Path file = data.resolve(Refs.NAME);
        fuzz("folder with refs", file, Files.readAllBytes(file), Mutations::mutate, _ -> {
            check(data, DatasetVocabulary.RRSISD);
            readAll(data);
        });
    }

    @Test
    void instancesOfRrsisD(@TempDir(factory = Fuzz.InMemory.class) Path folder) throws IOException {
        Path data = Layouts.rrsisD(folder);
        Path file = data.resolve(Instances.NAME);
        fuzz("folder with instances", file, Files.readAllBytes(file), Mutations::json, _ -> {
            check(data, DatasetVocabulary.RRSISD);
            readAll(data);
        });
    }

    @Test
    void phrasesOfRefSegRs(@TempDir(factory = Fuzz.InMemory.class) Path folder) throws IOException {
        Path data = Layouts.refSegRs(folder);
        Path file = data.resolve("output_phrase_train.txt");
        fuzz("folder with phrases", file, Files.readAllBytes(file), Mutations::mutate, _ -> {
            check(data, DatasetVocabulary.REFSEGRS);
            try (RefSegRs set = RefSegRs.open(data, Split.TRAIN)) {
                for (int i = 0; i < set.size(); i++) {
                    set.read(i);
                }
            }
        });
    }

    @Test
    void jsonLines(@TempDir(factory = Fuzz.InMemory.class) Path folder) throws IOException {
        Path data = Layouts.rrsisD(folder);
        Files.createDirectories(data.resolve("datainfo"));
        for (Split split : Split.values()) {
            Files.writeString(
                    data.resolve(JsonLines.name(DatasetVocabulary.RRSISD, split)), Layouts.LINE + Layouts.OUTLINE);
        }
        Path file = data.resolve(JsonLines.name(DatasetVocabulary.RRSISD, Split.TRAIN));
        Fuzz.Target read = _ -> {
            check(data, DatasetVocabulary.RRSISD);
            try (ReferringDataset set = JsonLinesDataset.open(data, DatasetVocabulary.RRSISD, Split.TRAIN)) {
                for (int i = 0; i < set.size(); i++) {
                    set.read(i);
                }
            }
        };
        fuzz(
                "folder with lines",
                file,
                (Layouts.LINE + Layouts.OUTLINE).getBytes(StandardCharsets.UTF_8),
                Mutations::mutate,
                read);
    }

    /** Half of the changes are made in the directory, which stands at the end. */
    private static byte[] archive(byte[] valid, SplittableRandom random) {
        if (random.nextBoolean()) {
            return Mutations.mutate(valid, random);
        }
        byte[] bytes = valid.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes[bytes.length - 1 - random.nextInt(600)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    @Test
    void zipFiles(@TempDir(factory = Fuzz.InMemory.class) Path folder) throws IOException {
        Path zip = Layouts.zip(Layouts.rrsisD(folder.resolve("data")), folder.resolve("data.zip"), "x/");
        Path file = folder.resolve("mutated.zip");
        fuzz("data zip", file, Files.readAllBytes(zip), MutatedDatasetsTest::archive, _ -> {
            check(file, DatasetVocabulary.RRSISD);
            readAll(file);
        });
    }
}
