package dev.swath.fianet.data;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Mutations;
import dev.swath.files.ReaderFuzz;
import dev.swath.kernels.Parallelism;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changed files of data sets: they are read or refused in a sentence. */
class MutatedDatasetsTest {
    private static final List<Double> NUMBERS = List.of(
            0.0,
            1.0,
            0.5,
            -1.0,
            9.0,
            4.0,
            -10_000.0,
            10_004.0,
            10_005.0,
            1e9,
            -1e300,
            Double.NaN,
            Double.POSITIVE_INFINITY);

    private static void check(Path data, DatasetVocabulary layout) {
        for (Problem p :
                DatasetCheck.run(data, layout, false, Parallelism.single()).problems()) {
            ReaderFuzz.requireSentence("a problem", p.split() + p.item() + p.text());
        }
    }

    private static void readAll(Path data) {
        try (RrsisD set = RrsisD.open(data, Split.TRAIN)) {
            for (int i = 0; i < set.size(); i++) {
                set.read(i);
            }
        }
    }

    @Test
    void refsOfRrsisD(@TempDir Path folder) throws IOException {
        Path data = Layouts.rrsisD(folder);
        byte[] valid = Files.readAllBytes(data.resolve(Refs.NAME));
        long refused = ReaderFuzz.run(
                "refs",
                150,
                random -> {
                    Files.write(data.resolve(Refs.NAME), Mutations.mutate(valid, random));
                    check(data, DatasetVocabulary.RRSISD);
                    readAll(data);
                },
                DataException.class);
        assertTrue(refused > 0);
    }

    @Test
    void instancesOfRrsisD(@TempDir Path folder) throws IOException {
        Path data = Layouts.rrsisD(folder);
        byte[] valid = Files.readAllBytes(data.resolve(Instances.NAME));
        long refused = ReaderFuzz.run(
                "instances",
                250,
                random -> {
                    Files.write(data.resolve(Instances.NAME), ReaderFuzz.json(valid, random));
                    check(data, DatasetVocabulary.RRSISD);
                    readAll(data);
                },
                DataException.class);
        assertTrue(refused > 0);
    }

    @Test
    void phrasesOfRefSegRs(@TempDir Path folder) throws IOException {
        Path data = Layouts.refSegRs(folder);
        Path file = data.resolve("output_phrase_train.txt");
        byte[] valid = Files.readAllBytes(file);
        long refused = ReaderFuzz.run(
                "phrases",
                150,
                random -> {
                    Files.write(file, Mutations.mutate(valid, random));
                    check(data, DatasetVocabulary.REFSEGRS);
                    try (RefSegRs set = RefSegRs.open(data, Split.TRAIN)) {
                        for (int i = 0; i < set.size(); i++) {
                            set.read(i);
                        }
                    }
                },
                DataException.class);
        assertTrue(refused > 0);
    }

    @Test
    void zipFiles(@TempDir Path folder) throws IOException {
        Path zip = Layouts.zip(Layouts.rrsisD(folder.resolve("data")), folder.resolve("data.zip"), "x/");
        byte[] valid = Files.readAllBytes(zip);
        Path file = folder.resolve("mutated.zip");
        long refused = ReaderFuzz.run(
                "zip",
                150,
                random -> {
                    byte[] bytes = Mutations.mutate(valid, random);
                    // Half of the changes into the directory, which stands at the end.
                    if (random.nextBoolean()) {
                        bytes = valid.clone();
                        for (int i = random.nextInt(4); i >= 0; i--) {
                            bytes[bytes.length - 1 - random.nextInt(600)] = (byte) random.nextInt(256);
                        }
                    }
                    Files.write(file, bytes);
                    check(file, DatasetVocabulary.RRSISD);
                    readAll(file);
                },
                DataException.class);
        assertTrue(refused > 0);
    }

    @Test
    void runLengths() {
        String valid = RunLength.encode(new Mask(60, 40, new byte[2400]));
        String other = "Zi0d0d000000000000000000000000000000000000000000000000^b0";
        long refused = ReaderFuzz.run(
                "run lengths",
                30_000,
                random -> {
                    byte[] from = (random.nextBoolean() ? valid : other).getBytes(StandardCharsets.ISO_8859_1);
                    String text = new String(Mutations.mutate(from, random), StandardCharsets.ISO_8859_1);
                    Mask mask = RunLength.decode(text, 40, 60);
                    assertTrue(mask.area() == RunLength.runs(text, 40, 60).area());
                },
                DataException.class);
        assertTrue(refused > 0);
    }

    private static Object value(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth > 3 ? 4 : 8)) {
            case 0 -> "01S1";
            case 1 -> NUMBERS.get(random.nextInt(NUMBERS.size()));
            case 2 -> random.nextLong(-2, 40);
            case 3 -> random.nextBoolean();
            case 4, 5 -> {
                List<Object> list = new ArrayList<>();
                for (int n = random.nextInt(9); n > 0; n--) {
                    list.add(value(random, depth + 1));
                }
                yield list;
            }
            case 6 -> {
                List<Double> polygon = new ArrayList<>();
                for (int n = random.nextInt(30); n > 0; n--) {
                    polygon.add(NUMBERS.get(random.nextInt(random.nextInt(8) == 0 ? NUMBERS.size() : 8)));
                }
                yield polygon;
            }
            default -> {
                Map<String, Object> map = new LinkedHashMap<>();
                map.put("size", random.nextInt(4) == 0 ? value(random, depth + 1) : List.of(9L, 4L));
                map.put(
                        "counts",
                        random.nextInt(3) == 0 ? List.of(0L, random.nextLong(38), 35L) : value(random, depth + 1));
                yield map;
            }
        };
    }

    @Test
    void segmentations() {
        long[] sizes = {1, 4, 9, 32768, 1L << 31};
        long refused = ReaderFuzz.run(
                "segmentations",
                20_000,
                random -> {
                    int height = random.nextInt(4) > 0 ? 9 : (int) sizes[random.nextInt(sizes.length)];
                    int width = random.nextInt(4) > 0 ? 4 : (int) sizes[random.nextInt(sizes.length)];
                    Object value = value(random, 0);
                    Segmentation.runs(random.nextInt(3) > 0 ? List.of(value) : value, height, width)
                            .area();
                },
                DataException.class);
        assertTrue(refused > 0);
    }
}
