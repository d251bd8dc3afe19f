package dev.swath.fianet.synth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.data.DataException;
import dev.swath.fianet.data.DatasetCheck;
import dev.swath.fianet.data.Layout;
import dev.swath.fianet.data.Mask;
import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.data.RunLength;
import dev.swath.fianet.data.Sample;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.image.Images;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Json;
import dev.swath.kernels.Parallelism;
import dev.swath.weights.pickle.Resolver;
import dev.swath.weights.pickle.Unpickler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DatasetWriterTest {
    private static final int COUNT = 20;
    private static final int SIDE = 96;

    @TempDir
    Path folder;

    private Path write(DatasetVocabulary format, String name, int threads) {
        Path out = folder.resolve(name);
        AtomicInteger most = new AtomicInteger();
        try (Parallelism p = Parallelism.ofThreads(threads)) {
            DatasetWriter.write(
                    new SyntheticScenes(format, 17, SIDE),
                    COUNT,
                    DatasetWriter.Shares.DEFAULT,
                    out,
                    p,
                    n -> most.accumulateAndGet(n, Math::max));
        }
        assertEquals(COUNT, most.get());
        return out;
    }

    private static Map<String, byte[]> files(Path root) throws IOException {
        Map<String, byte[]> out = new TreeMap<>();
        try (var walk = Files.walk(root)) {
            for (Path p : walk.filter(Files::isRegularFile).toList()) {
                out.put(root.relativize(p).toString(), Files.readAllBytes(p));
            }
        }
        return out;
    }

    @ParameterizedTest
    @EnumSource(names = {"REFSEGRS", "RRSISD"})
    void filesAreTheSameForAnyNumberOfThreads(DatasetVocabulary format) throws IOException {
        Map<String, byte[]> one = files(write(format, "one", 1));
        Map<String, byte[]> three = files(write(format, "three", 3));
        assertEquals(one.keySet(), three.keySet());
        one.forEach((name, bytes) -> assertArrayEquals(bytes, three.get(name), name));
        try (var left = Files.list(folder)) {
            assertEquals(2, left.count(), "no working folder stays behind");
        }
    }

    @Test
    void refSegRsIsReadBack() throws IOException {
        Path root = write(DatasetVocabulary.REFSEGRS, "refsegrs", 2);
        SyntheticScenes scenes = new SyntheticScenes(DatasetVocabulary.REFSEGRS, 17, SIDE);
        int line = 0;
        for (String split : List.of("train", "val", "test")) {
            List<String> lines = Files.readAllLines(root.resolve("output_phrase_" + split + ".txt"));
            assertEquals(split.equals("train") ? 16 : 2, lines.size());
            for (String text : lines) {
                SyntheticScenes.Triplet t = scenes.triplet(line);
                assertEquals(line + " " + t.sentence(), text);
                RgbImage image = Images.read(root.resolve("images/" + line + ".tif"));
                assertArrayEquals(t.image().rgb(), image.rgb(), "TIFF keeps every value");
                RgbImage mask = Images.read(root.resolve("masks/" + line + ".tif"));
                for (int i = 0; i < SIDE * SIDE; i++) {
                    assertEquals(t.mask().values()[i] == 0 ? 0 : 255, mask.rgb()[3 * i] & 0xff);
                }
                line++;
            }
        }
        assertEquals(COUNT, line);
    }

    @Test
    void rrsisdIsReadBack() throws IOException {
        Path root = write(DatasetVocabulary.RRSISD, "rrsisd", 2);
        SyntheticScenes scenes = new SyntheticScenes(DatasetVocabulary.RRSISD, 17, SIDE);
        byte[] pickle = Files.readAllBytes(root.resolve("rrsisd/refs(unc).p"));
        List<Object> refs = Json.asList(Unpickler.read(ByteBuffer.wrap(pickle), Resolver.PLAIN), "refs");
        Map<String, Object> instances = Json.parseObject(Files.readString(root.resolve("rrsisd/instances.json")));
        List<Object> annotations = Json.asList(instances.get("annotations"), "annotations");
        List<Object> categories = Json.asList(instances.get("categories"), "categories");
        assertEquals(COUNT, refs.size());
        assertEquals(20, categories.size());
        for (int i = 0; i < COUNT; i++) {
            SyntheticScenes.Triplet t = scenes.triplet(i);
            Map<String, Object> ref = Json.asObject(refs.get(i), "ref");
            Map<String, Object> a = Json.asObject(annotations.get(i), "annotation");
            for (String key : List.of("ref_id", "ann_id", "image_id")) {
                assertEquals((long) i, ref.get(key));
            }
            assertEquals(List.of((long) i), ref.get("sent_ids"));
            assertEquals(i < 16 ? "train" : i < 18 ? "val" : "test", ref.get("split"));
            Map<String, Object> sentence =
                    Json.asObject(Json.asList(ref.get("sentences"), "sentences").getFirst(), "sentence");
            assertEquals(t.sentence(), sentence.get("raw"));
            assertEquals(List.of(t.sentence().split(" ")), sentence.get("tokens"));
            assertEquals(ref.get("category_id"), a.get("categories_id"));
            int id = Json.asInt(a.get("categories_id"), "categories_id");
            String name =
                    String.valueOf(Json.asObject(categories.get(id), "category").get("name"));
            assertEquals(t.category().replace(" ", ""), name.replace("-", "").toLowerCase(Locale.ROOT));
            List<Object> parts = Json.asList(a.get("segmentation"), "segmentation");
            assertEquals(1, parts.size());
            Map<String, Object> rle = Json.asObject(parts.getFirst(), "run lengths");
            assertEquals(List.of((long) SIDE, (long) SIDE), rle.get("size"));
            Mask mask = RunLength.decode(String.valueOf(rle.get("counts")), SIDE, SIDE);
            assertArrayEquals(t.mask().values(), mask.values());
            checkCorners(Json.asList(a.get("bbox"), "bbox"), mask);
            RgbImage image = Images.read(root.resolve("images/rrsisd/JPEGImages/" + ref.get("file_name")));
            double error = 0;
            for (int p = 0; p < image.rgb().length; p++) {
                error += Math.abs((image.rgb()[p] & 0xff) - (t.image().rgb()[p] & 0xff));
            }
            assertTrue(error / image.rgb().length < 6, "mean error of the JPEG " + error / image.rgb().length);
        }
    }

    /** The same scenes from JSON lines, whose masks are in the lists. */
    @ParameterizedTest
    @EnumSource(names = {"REFSEGRS", "RRSISD"})
    void jsonLinesAreReadBack(DatasetVocabulary format) throws IOException {
        Path root = folder.resolve("lines");
        SyntheticScenes scenes = new SyntheticScenes(format, 17, SIDE);
        DatasetWriter.write(
                scenes, true, 20, new DatasetWriter.Shares(80, 10, 10), root, Parallelism.single(), n -> {});
        assertEquals(
                new Layout(format, Layout.Form.JSON_LINES), Layout.detect(root).orElseThrow());
        int at = 0;
        for (Split split : Split.values()) {
            try (ReferringDataset data =
                    Layout.detect(root, format).orElseThrow().open(root, split)) {
                assertTrue(data.drawn());
                assertEquals(split == Split.TRAIN ? 16 : 2, data.size());
                for (int i = 0; i < data.size(); i++, at++) {
                    SyntheticScenes.Triplet t = scenes.triplet(at);
                    Sample sample = data.read(i);
                    assertEquals(t.sentence(), sample.sentence());
                    assertEquals(t.category(), sample.category());
                    assertArrayEquals(t.mask().values(), sample.mask().values());
                    assertEquals(SIDE, sample.image().width());
                }
            }
        }
        assertEquals(
                List.of(),
                DatasetCheck.run(root, format, true, Parallelism.single()).problems());
    }

    private static void checkCorners(List<Object> box, Mask mask) {
        int inside = 0;
        for (int p = 0; p < SIDE * SIDE; p++) {
            boolean in = p % SIDE >= (long) box.get(0)
                    && p / SIDE >= (long) box.get(1)
                    && p % SIDE <= (long) box.get(2)
                    && p / SIDE <= (long) box.get(3);
            inside += in ? mask.values()[p] : 0;
        }
        assertEquals(mask.area(), inside);
    }

    @Test
    void aFolderInUseIsRefusedAndLeftAlone() throws IOException {
        Path out = Files.createDirectory(folder.resolve("used"));
        Files.writeString(out.resolve("note.txt"), "keep me");
        SyntheticScenes scenes = new SyntheticScenes(DatasetVocabulary.REFSEGRS, 1, SIDE);
        DataException e = assertThrows(
                DataException.class,
                () -> DatasetWriter.write(scenes, 3, DatasetWriter.Shares.DEFAULT, out, Parallelism.single(), n -> {}));
        assertTrue(e.getMessage().contains("is in use"), e.getMessage());
        assertEquals("keep me", Files.readString(out.resolve("note.txt")));
    }

    @Test
    void aFailureLeavesNothingBehind() throws IOException {
        Path out = folder.resolve("broken");
        SyntheticScenes scenes = new SyntheticScenes(DatasetVocabulary.REFSEGRS, 1, SIDE);
        assertThrows(
                IllegalStateException.class,
                () -> DatasetWriter.write(scenes, 3, DatasetWriter.Shares.DEFAULT, out, Parallelism.single(), n -> {
                    throw new IllegalStateException("stop");
                }));
        assertFalse(Files.exists(out));
        try (var left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void anInterruptedProgramLeavesNothingBehind() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DatasetWriterTest.class.getName(),
                        folder.resolve("out").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(3, process.exitValue());
        try (var left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    /** Begins to write a data set into the folder and ends the program in the middle. */
    public static void main(String[] args) {
        SyntheticScenes scenes = new SyntheticScenes(DatasetVocabulary.REFSEGRS, 1, SIDE);
        try (Parallelism threads = Parallelism.ofThreads(2)) {
            DatasetWriter.write(scenes, 300, DatasetWriter.Shares.DEFAULT, Path.of(args[0]), threads, n -> {
                if (n == 20) {
                    System.exit(3);
                }
            });
        }
    }

    @Test
    void anEmptyFolderKeepsItsPermissionsAlsoBehindALink() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        boolean posix = Files.getFileStore(real).supportsFileAttributeView("posix");
        if (posix) {
            Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rwxr-x---"));
        }
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        SyntheticScenes scenes = new SyntheticScenes(DatasetVocabulary.REFSEGRS, 1, SIDE);
        DatasetWriter.write(scenes, 3, DatasetWriter.Shares.DEFAULT, link, Parallelism.single(), n -> {});
        assertTrue(Files.exists(real.resolve("output_phrase_test.txt")));
        assertTrue(Files.isSymbolicLink(link));
        if (posix) {
            assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(real)));
            Path other = folder.resolve("other");
            DatasetWriter.write(scenes, 3, DatasetWriter.Shares.DEFAULT, other, Parallelism.single(), n -> {});
            assertEquals(
                    Files.getPosixFilePermissions(Files.createDirectory(folder.resolve("any"))),
                    Files.getPosixFilePermissions(other));
        }
    }

    @Test
    void sharesMustAddUp() {
        assertThrows(IllegalArgumentException.class, () -> new DatasetWriter.Shares(80, 10, 5));
    }
}
