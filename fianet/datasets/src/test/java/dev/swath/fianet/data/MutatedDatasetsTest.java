package dev.swath.fianet.data;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Fuzz;
import dev.swath.files.Mutations;
import dev.swath.kernels.Parallelism;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changed files of data sets: they are read or refused in a sentence; see {@link Fuzz}. */
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

    private static void fuzz(String name, byte[] seed, Fuzz.Change change, Fuzz.Target target) {
        Fuzz fuzz = new Fuzz(name, List.of(seed), List.of(), DataException.class)
                .by(change)
                .run(target);
        assertTrue(fuzz.refused() > 0, name);
    }

    @Test
    void refsOfRrsisD(@TempDir Path folder) throws IOException {
        Path data = Layouts.rrsisD(folder);
        Path file = data.resolve(Refs.NAME);
        fuzz("refs", Files.readAllBytes(file), Mutations::mutate, input -> {
            Files.write(file, input);
            check(data, DatasetVocabulary.RRSISD);
            readAll(data);
        });
    }

    @Test
    void instancesOfRrsisD(@TempDir Path folder) throws IOException {
        Path data = Layouts.rrsisD(folder);
        Path file = data.resolve(Instances.NAME);
        fuzz("instances", Files.readAllBytes(file), Mutations::json, input -> {
            Files.write(file, input);
            check(data, DatasetVocabulary.RRSISD);
            readAll(data);
        });
    }

    @Test
    void phrasesOfRefSegRs(@TempDir Path folder) throws IOException {
        Path data = Layouts.refSegRs(folder);
        Path file = data.resolve("output_phrase_train.txt");
        fuzz("phrases", Files.readAllBytes(file), Mutations::mutate, input -> {
            Files.write(file, input);
            check(data, DatasetVocabulary.REFSEGRS);
            try (RefSegRs set = RefSegRs.open(data, Split.TRAIN)) {
                for (int i = 0; i < set.size(); i++) {
                    set.read(i);
                }
            }
        });
    }

    /** A line as RRSIS-D has it, and one with an outline; changed as bytes and as JSON. */
    @Test
    void jsonLines(@TempDir Path folder) throws IOException {
        Path data = Layouts.rrsisD(folder);
        String runs =
                "{\"split\": \"train\", \"image_id\": 1, \"sent\": \"The large dam\", \"file_name\": \"00001.jpg\","
                        + " \"category_id\": 8, \"category_name\": \"dam\", \"ann_id\": 1, \"bbox\": [0, 0, 1, 8], \"segmentation\":"
                        + " [{\"size\": [9, 4], \"counts\": \"01S1\"}], \"area\": 3696293}\n";
        String outline =
                "{\"sent\": \"The dam\", \"file_name\": \"00001.jpg\", \"height\": 9, \"width\": 4, \"segmentation\":"
                        + " [[1, 0, 2, 0, 2, 9, 1, 9]]}\n";
        Files.createDirectories(data.resolve("datainfo"));
        for (Split split : Split.values()) {
            Files.writeString(data.resolve(JsonLines.name(DatasetVocabulary.RRSISD, split)), runs + outline);
        }
        Path file = data.resolve(JsonLines.name(DatasetVocabulary.RRSISD, Split.TRAIN));
        Fuzz.Target read = input -> {
            Files.write(file, input);
            check(data, DatasetVocabulary.RRSISD);
            try (ReferringDataset set = JsonLinesDataset.open(data, DatasetVocabulary.RRSISD, Split.TRAIN)) {
                for (int i = 0; i < set.size(); i++) {
                    set.read(i);
                }
            }
        };
        fuzz("lines", (runs + outline).getBytes(StandardCharsets.UTF_8), Mutations::mutate, read);
        fuzz("line", runs.getBytes(StandardCharsets.UTF_8), Mutations::json, read);
        fuzz("outline in a line", outline.getBytes(StandardCharsets.UTF_8), Mutations::json, read);
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
    void zipFiles(@TempDir Path folder) throws IOException {
        Path zip = Layouts.zip(Layouts.rrsisD(folder.resolve("data")), folder.resolve("data.zip"), "x/");
        Path file = folder.resolve("mutated.zip");
        fuzz("data zip", Files.readAllBytes(zip), MutatedDatasetsTest::archive, input -> {
            Files.write(file, input);
            check(file, DatasetVocabulary.RRSISD);
            readAll(file);
        });
    }

    @Test
    void runLengths() {
        List<byte[]> seeds = Stream.of(
                        RunLength.encode(new Mask(60, 40, new byte[2400])),
                        "Zi0d0d000000000000000000000000000000000000000000000000^b0")
                .map(s -> s.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
        Fuzz fuzz = new Fuzz("run lengths", seeds, List.of(), DataException.class).run(input -> {
            String text = new String(input, StandardCharsets.ISO_8859_1);
            Mask mask = RunLength.decode(text, 40, 60);
            assertTrue(mask.area() == RunLength.runs(text, 40, 60).area());
        });
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
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

    /** Polygons, run lengths and what is neither, drawn by the input's eight bytes. */
    @Test
    void segmentations() {
        long[] sizes = {1, 4, 9, 32768, 1L << 31};
        Fuzz fuzz = new Fuzz("segmentations", List.of(), List.of(), DataException.class)
                .by((_, random) ->
                        ByteBuffer.allocate(8).putLong(random.nextLong()).array())
                .run(input -> {
                    SplittableRandom random =
                            new SplittableRandom(ByteBuffer.wrap(input).getLong());
                    int height = random.nextInt(4) > 0 ? 9 : (int) sizes[random.nextInt(sizes.length)];
                    int width = random.nextInt(4) > 0 ? 4 : (int) sizes[random.nextInt(sizes.length)];
                    Object value = value(random, 0);
                    Segmentation.runs(random.nextInt(3) > 0 ? List.of(value) : value, height, width)
                            .area();
                });
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds());
    }
}
