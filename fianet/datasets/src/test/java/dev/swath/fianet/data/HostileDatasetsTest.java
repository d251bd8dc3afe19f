package dev.swath.fianet.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Fuzz;
import dev.swath.files.json.Json;
import dev.swath.kernels.Parallelism;
import dev.swath.weights.pickle.Pickler;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data sets that claim, repeat or name too much: refused or read, at the cost of their size, in sentences that can be shown. */
class HostileDatasetsTest {
    private static final Duration LONG = Duration.ofSeconds(60); // on a busy machine; alone each takes a second or two

    @TempDir
    private Path folder;

    private static Map<String, Object> mask(int height, int width, String counts) {
        return Map.of("size", List.of(height, width), "counts", counts);
    }

    private static Map<String, Object> ref(long id, String split, String sentence) {
        return Map.of(
                "ref_id",
                id,
                "ann_id",
                1L,
                "image_id",
                1L,
                "category_id",
                1L,
                "split",
                split,
                "sentences",
                List.of(Map.of("raw", sentence)));
    }

    /** A data set of one image and one annotation. */
    private Path rrsisD(byte[] refs, Object segmentation, int height, int width, String file) throws IOException {
        Files.createDirectories(folder.resolve("rrsisd"));
        Files.write(folder.resolve(Refs.NAME), refs);
        Map<String, Object> image = Map.of("id", 1, "file_name", file, "height", height, "width", width);
        Map<String, Object> annotation = Map.of("id", 1, "image_id", 1, "category_id", 1, "segmentation", segmentation);
        Files.writeString(
                folder.resolve(Instances.NAME),
                Json.write(
                        Map.of(
                                "images", List.of(image),
                                "annotations", List.of(annotation),
                                "categories", List.of(Map.of("id", 1, "name", "vehicle"))),
                        false));
        Path images = Files.createDirectories(folder.resolve(RrsisDIndex.IMAGES));
        if (file.length() < 200 && file.chars().noneMatch(c -> c < ' ')) {
            ImageIO.write(
                    new BufferedImage(4, 9, BufferedImage.TYPE_INT_RGB),
                    "png",
                    images.resolve(file).toFile());
        }
        return folder;
    }

    private static DatasetCheck.Report check(Path data) {
        DatasetCheck.Report report = assertTimeoutPreemptively(
                LONG, () -> DatasetCheck.run(data, DatasetVocabulary.RRSISD, false, Parallelism.single()));
        for (Problem p : report.problems()) {
            Fuzz.requireSentence("split", p.split());
            Fuzz.requireSentence("item", p.item());
            Fuzz.requireSentence("text", p.text());
        }
        return report;
    }

    private static String refused(Path data) {
        String message = assertTimeoutPreemptively(
                LONG,
                () -> String.valueOf(assertThrows(DataException.class, () -> {
                            try (RrsisD set = RrsisD.open(data, Split.TRAIN)) {
                                set.read(0);
                            }
                        })
                        .getMessage()));
        Fuzz.requireSentence("refusal", message);
        return message;
    }

    @Test
    void twentyThousandSplits() throws IOException {
        List<Object> refs = new ArrayList<>();
        for (long i = 0; i < 20_000; i++) {
            refs.add(ref(i, "s" + i, "the vehicle"));
        }
        Path data = rrsisD(Pickler.of(refs), List.of(mask(9, 4, "01S1")), 9, 4, "a.png");
        assertEquals(
                20_000,
                check(data).problems().stream()
                        .filter(p -> p.kind() == Problem.Kind.UNKNOWN_SPLIT)
                        .count());
    }

    @Test
    void aGigapixelMask() throws IOException {
        byte[] refs = Pickler.of(List.of(ref(1, "train", "the vehicle")));
        Path data = rrsisD(refs, mask(32768, 32768, "0PPPPPP1"), 32768, 32768, "a.png");
        assertTrue(check(data).hasErrors());
        assertTrue(refused(data).contains("an image may have at most 134217728 pixels; got 32768 x 32768"));
    }

    /** A thousand masks of the greatest size cost no more than their text. */
    @Test
    void aThousandLargeMasks() throws IOException {
        List<Object> refs = new ArrayList<>();
        for (long i = 0; i < 1000; i++) {
            refs.add(ref(i, "train", "the vehicle"));
        }
        Path data = rrsisD(Pickler.of(refs), List.of(mask(32768, 4096, "0PPPPP4")), 32768, 4096, "a.png");
        List<Problem> problems = check(data).problems();
        assertTrue(problems.stream().noneMatch(p -> p.kind() == Problem.Kind.UNREADABLE_MASK), problems.toString());
    }

    @Test
    void namesThatSteerATerminal() throws IOException {
        String escape = "a\u001b]0;title\u0007\nswath, all is well.png";
        byte[] refs = Pickler.of(List.of(ref(1, "train", "the vehicle"), ref(2, escape, escape)));
        Path data = rrsisD(refs, List.of(mask(9, 4, "01\u001b1")), 9, 4, escape);
        List<Problem> problems = check(data).problems();
        String shown = "a\\u001b]0;title\\u0007\\nswath, all is well.png";
        assertTrue(
                problems.stream()
                        .anyMatch(p -> p.kind() == Problem.Kind.MISSING_IMAGE
                                && p.text().contains(shown)),
                problems.toString());
        assertTrue(problems.stream()
                .anyMatch(
                        p -> p.kind() == Problem.Kind.UNKNOWN_SPLIT && p.split().equals(shown)));
        assertTrue(problems.stream()
                .anyMatch(
                        p -> p.kind() == Problem.Kind.NO_CLASS_NAMED && p.text().contains(shown)));
        assertTrue(problems.stream().anyMatch(p -> p.kind() == Problem.Kind.UNREADABLE_MASK));
        assertTrue(refused(data).contains(shown));
    }

    @Test
    void aNameOf64000Letters() throws IOException {
        byte[] refs = Pickler.of(List.of(ref(1, "train", "the vehicle")));
        for (int length : new int[] {300, 4000, 64_000}) {
            Path data = rrsisD(refs, List.of(mask(9, 4, "01S1")), 9, 4, "n".repeat(length));
            assertTrue(check(data).hasErrors());
            assertTrue(refused(data).contains("nnnn"));
        }
        Path phrases = Files.createDirectories(folder.resolve("refsegrs"));
        for (Split split : Split.values()) {
            Files.writeString(phrases.resolve(PhraseFile.name(split)), "\u001b[2J" + "7".repeat(64_000) + " road\n");
        }
        for (Problem p : DatasetCheck.run(phrases, DatasetVocabulary.REFSEGRS, true, Parallelism.single())
                .problems()) {
            Fuzz.requireSentence("item", p.item());
            Fuzz.requireSentence("text", p.text());
        }
        try (RefSegRs set = RefSegRs.open(phrases, Split.TRAIN)) {
            String message =
                    assertThrows(DataException.class, () -> set.read(0)).getMessage();
            Fuzz.requireSentence("refusal", message);
            assertTrue(message.contains("is missing"), message);
        }
    }

    /** Two bytes name a list or a text again: what entries hold in all is bounded by the size of the file. */
    @Test
    void entriesThatShareALongText() throws IOException {
        for (String longOne : List.of("the vehicle ".repeat(40_000), "s".repeat(480_000))) {
            ByteArrayOutputStream refs = new ByteArrayOutputStream();
            byte[] list = Pickler.of(
                    List.of(longOne.startsWith("the") ? ref(1, "train", longOne) : ref(1, longOne, "the vehicle")));
            // The list's only entry, remembered and put in 100,000 times: protocol 2 ends with "e." or "a.".
            refs.write(list, 0, list.length - 2);
            refs.write(new byte[] {'r', 1, 0, 0, 1, '0', ']', '('});
            for (int i = 0; i < 100_000; i++) {
                refs.write(new byte[] {'j', 1, 0, 0, 1});
            }
            refs.write(new byte[] {'e', '.'});
            Path data = rrsisD(refs.toByteArray(), List.of(mask(9, 4, "01S1")), 9, 4, "a.png");
            assertTrue(refused(data).length() < 700);
            assertTrue(check(data).hasErrors());
        }
    }

    @Test
    void zipsThatUnpackToAThousandfold() throws IOException {
        Path zip = folder.resolve("bomb.zip");
        try (OutputStream out = Files.newOutputStream(zip);
                ZipOutputStream z = new ZipOutputStream(out)) {
            byte[] spaces = " ".repeat(1 << 20).getBytes(StandardCharsets.ISO_8859_1);
            for (String name : List.of(Refs.NAME, Instances.NAME)) {
                z.putNextEntry(new ZipEntry(name));
                for (int i = 0; i < 100; i++) {
                    z.write(spaces);
                }
                z.closeEntry();
            }
        }
        assertTrue(refused(zip).contains("claims to unpack to 104857600 bytes"));
        assertTrue(check(zip).hasErrors());
    }

    @Test
    void whatIsNoFileIsSaid() {
        Path device = Path.of("/dev/null");
        if (Files.exists(device)) {
            assertTrue(refused(device).contains("/dev/null is a device or a pipe"));
        }
    }

    @Test
    void pixelsHaveAFingerprint() throws IOException {
        Path a = Layouts.refSegRs(folder.resolve("a"));
        Path b = Layouts.rrsisD(folder.resolve("b"));
        String before = pixels(a);
        assertEquals(before, pixels(Layouts.zip(a, folder.resolve("a.zip"), "x/")));
        String lists = pixels(b);
        assertEquals(lists, pixels(Layouts.zip(b, folder.resolve("b.zip"), "")));
        for (String name : List.of("images/17_3.tif", "masks/17_4.tif")) {
            byte[] own = Files.readAllBytes(a.resolve(name));
            byte[] other = own.clone();
            other[other.length / 2] ^= 1;
            Files.write(a.resolve(name), other);
            assertNotEquals(before, pixels(a), name);
            Files.write(a.resolve(name), own);
        }
        assertEquals(before, pixels(a));
        Layouts.edit(b.resolve(Instances.NAME), "Z27a00000000000000f9", "Z27a00000000000000f8");
        assertNotEquals(lists, pixels(b));
        Files.delete(a.resolve("masks/17_4.tif"));
        assertTrue(
                assertThrows(DataException.class, () -> pixels(a)).getMessage().contains("masks/17_4.tif is missing"));
        assertFalse(before.isEmpty());
    }

    private static String pixels(Path data) {
        boolean refSegRs = DatasetCheck.detect(data).orElseThrow() == DatasetVocabulary.REFSEGRS;
        try (ReferringDataset set = refSegRs ? RefSegRs.open(data, Split.TRAIN) : RrsisD.open(data, Split.TRAIN);
                Parallelism threads = Parallelism.ofThreads(2)) {
            return set.pixelFingerprint(threads);
        }
    }
}
