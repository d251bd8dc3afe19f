package dev.swath.fianet.data;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Fuzz;
import dev.swath.files.Mutations;
import dev.swath.files.Quoted;
import dev.swath.testkit.Golden;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;

/** Each list of a data set and each form of a mask by itself, in memory; see {@link Fuzz} and {@link MutatedDatasetsTest}. */
class DatasetFuzzTest {
    private static final int HEIGHT = 9;
    private static final int WIDTH = 4;

    /** A data set of lists alone. */
    private record Lists(Map<String, byte[]> files) implements DataRoot {
        @Override
        public Optional<DataRoot> holding(List<String> markers) {
            return Optional.of(this);
        }

        @Override
        public String describe(String name) {
            return "data/" + Quoted.text(name);
        }

        @Override
        public boolean exists(String name) {
            return files.containsKey(DataRoot.checked(name, Path.of("data")));
        }

        @Override
        public byte[] read(String name, int cap) {
            return files.get(DataRoot.checked(name, Path.of("data")));
        }

        @Override
        public String checksum(String name) {
            throw new AssertionError("lists are read");
        }

        @Override
        public ImageInputStream image(String name) {
            throw new AssertionError("there are no images");
        }

        @Override
        public long seekableLength(String name) {
            return -1;
        }

        @Override
        public List<String> list(String folder) {
            return List.of();
        }

        @Override
        public void close() {}
    }

    /** Takes note of what a check would tell, which must be fit to be shown. */
    private static final Problem.Sink LENIENT = p -> {
        Fuzz.requireSentence("a split", Quoted.text(p.split()));
        Fuzz.requireSentence("an item", p.item());
        Fuzz.requireSentence("a problem", p.text());
    };

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

    private static byte[] golden(String name) throws IOException {
        return Golden.resource("dataset_rrsisd", "root/" + name);
    }

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    private static void fuzz(String name, List<byte[]> seeds, Fuzz.Change change, Fuzz.Target target) {
        Fuzz fuzz =
                new Fuzz(name, seeds, List.of(), DataException.class).by(change).run(target);
        assertTrue(fuzz.refused() > 0 && fuzz.refused() < fuzz.rounds(), name);
    }

    /** Each list with a sink that goes on, then with one that stops, as for training; then the masks. */
    private static void rrsisD(byte[] refs, byte[] instances) {
        Lists root = new Lists(Map.of(Refs.NAME, refs, Instances.NAME, instances));
        RrsisDIndex.read(root, LENIENT);
        for (RrsisDIndex.Item item : RrsisDIndex.read(root, Problem.Sink.strict())) {
            Segmentation.runs(item.segmentation(), item.height(), item.width()).area();
        }
    }

    @Test
    void refs() throws IOException {
        byte[] instances = golden(Instances.NAME);
        fuzz("refs", List.of(golden(Refs.NAME)), Mutations::mutate, input -> rrsisD(input, instances));
    }

    @Test
    void instances() throws IOException {
        byte[] refs = golden(Refs.NAME);
        fuzz("instances", List.of(golden(Instances.NAME)), Mutations::json, input -> rrsisD(refs, input));
    }

    @Test
    void phrases() {
        String name = PhraseFile.name(Split.TRAIN);
        fuzz(
                "phrases",
                List.of(bytes("17_3 road in the image\n17_4 the light-duty vehicle driving\r\n\n18_0 van parked\n")),
                Mutations::mutate,
                input -> {
                    Lists root = new Lists(Map.of(name, input));
                    PhraseFile.read(root, Split.TRAIN, LENIENT);
                    PhraseFile.read(root, Split.TRAIN, Problem.Sink.strict());
                });
    }

    @Test
    void lines() {
        List<byte[]> seeds =
                List.of(bytes(Layouts.LINE), bytes(Layouts.OUTLINE), bytes(Layouts.OUTLINE + Layouts.LINE));
        for (DatasetVocabulary dataset : List.of(DatasetVocabulary.RRSISD, DatasetVocabulary.RISBENCH)) {
            String name = JsonLines.name(dataset, Split.TRAIN);
            fuzz("lines of " + dataset.name().toLowerCase(java.util.Locale.ROOT), seeds, Mutations::json, input -> {
                Lists root = new Lists(Map.of(name, input));
                JsonLines.read(root, dataset, Split.TRAIN, LENIENT);
                for (JsonLines.Entry e : JsonLines.read(root, dataset, Split.TRAIN, Problem.Sink.strict())) {
                    Segmentation.runs(
                                    e.segmentation(),
                                    e.height() == 0 ? HEIGHT : e.height(),
                                    e.width() == 0 ? WIDTH : e.width())
                            .area();
                }
            });
        }
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
