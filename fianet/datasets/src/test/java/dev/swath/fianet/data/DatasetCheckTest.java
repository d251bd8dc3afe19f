package dev.swath.fianet.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.kernels.Parallelism;
import dev.swath.weights.pickle.Pickler;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broken data sets: the check finds each fault, and reading names it in one sentence. */
class DatasetCheckTest {
    private static DatasetCheck.Report check(Path path, boolean deep) {
        DatasetVocabulary layout = DatasetCheck.detect(path).orElseThrow();
        DatasetCheck.Report one = DatasetCheck.run(path, layout, deep, Parallelism.single());
        try (Parallelism three = Parallelism.ofThreads(3)) {
            assertEquals(one, DatasetCheck.run(path, layout, deep, three));
        }
        return one;
    }

    private static void assertFinds(Path path, Problem.Kind kind, String part) {
        List<Problem> problems = check(path, false).problems();
        assertTrue(
                problems.stream().anyMatch(p -> p.kind() == kind && p.text().contains(part)),
                () -> problems.toString());
    }

    private static void assertOpenFails(Path path, Split split, String part) {
        boolean rrsisD = DatasetCheck.detect(path).equals(Optional.of(DatasetVocabulary.RRSISD));
        String message = assertThrows(
                        DataException.class,
                        () -> (rrsisD ? RrsisD.open(path, split) : RefSegRs.open(path, split)).close())
                .getMessage();
        assertTrue(message.contains(part) && message.lines().count() == 1, message);
    }

    private static void assertReadFails(Path path, Split split, int index, String part) {
        boolean rrsisD = DatasetCheck.detect(path).equals(Optional.of(DatasetVocabulary.RRSISD));
        try (ReferringDataset data = rrsisD ? RrsisD.open(path, split) : RefSegRs.open(path, split)) {
            String message =
                    assertThrows(DataException.class, () -> data.read(index)).getMessage();
            assertTrue(message.contains(part) && message.lines().count() == 1, message);
        }
    }

    @Test
    void whatIsWholeHasNoErrors(@TempDir Path folder) throws IOException {
        for (boolean deep : new boolean[] {false, true}) {
            DatasetCheck.Report a = check(Layouts.refSegRs(folder.resolve("a" + deep)), deep);
            assertFalse(a.hasErrors(), () -> a.problems().toString());
            assertEquals(Map.of("train", 2, "val", 1, "test", 2), a.triplets());
            DatasetCheck.Report b = check(Layouts.rrsisD(folder.resolve("b" + deep)), deep);
            assertFalse(b.hasErrors(), () -> b.problems().toString());
            assertEquals(Map.of("train", 2, "val", 1, "test", 1), b.triplets());
        }
        assertEquals(Optional.empty(), DatasetCheck.detect(Files.createDirectory(folder.resolve("neither"))));
    }

    @Test
    void missingAndUnusedFiles(@TempDir Path folder) throws IOException {
        Path a = Layouts.refSegRs(folder.resolve("a"));
        Files.delete(a.resolve("masks/18_0.tif"));
        Files.copy(a.resolve("images/17_3.tif"), a.resolve("images/99_9.tif"));
        assertFinds(a, Problem.Kind.MISSING_MASK, "masks/18_0.tif is missing");
        assertFinds(a, Problem.Kind.UNUSED_FILE, "images/99_9.tif");
        assertReadFails(a, Split.VAL, 0, "masks/18_0.tif is missing");
        Path b = Layouts.rrsisD(folder.resolve("b"));
        Files.delete(b.resolve("images/rrsisd/JPEGImages/00003.jpg"));
        assertFinds(b, Problem.Kind.MISSING_IMAGE, "00003.jpg is missing");
        assertReadFails(b, Split.TEST, 0, "00003.jpg is missing");
        assertFinds(Layouts.zip(b, folder.resolve("b.zip"), "x/"), Problem.Kind.MISSING_IMAGE, "00003.jpg is missing");
    }

    @Test
    void sizesThatDoNotFit(@TempDir Path folder) throws IOException {
        Path a = Layouts.refSegRs(folder.resolve("a"));
        ImageIO.write(
                new BufferedImage(9, 9, BufferedImage.TYPE_BYTE_GRAY),
                "tif",
                a.resolve("masks/18_0.tif").toFile());
        assertFinds(a, Problem.Kind.WRONG_MASK_SIZE, "26 x 20; got 9 x 9");
        assertReadFails(a, Split.VAL, 0, "26 x 20; got 9 x 9");
        assertTrue(check(a, true).problems().stream().anyMatch(p -> p.kind() == Problem.Kind.EMPTY_MASK));
        Path b = Layouts.rrsisD(folder.resolve("b"));
        Layouts.edit(
                b.resolve(Instances.NAME),
                "\"00002.jpg\", \"height\": 24, \"width\": 28",
                "\"00002.jpg\", \"height\": 25, \"width\": 28");
        assertFinds(b, Problem.Kind.WRONG_MASK_SIZE, "[25, 28]; got [24, 28]");
        assertFinds(b, Problem.Kind.OTHER_IMAGE_SIZE, "28 x 24, but its entry and mask are 28 x 25");
        assertReadFails(b, Split.VAL, 0, "[25, 28]; got [24, 28]");
    }

    @Test
    void imagesCutOff(@TempDir Path folder) throws IOException {
        Path b = Layouts.rrsisD(folder);
        Path jpeg = b.resolve("images/rrsisd/JPEGImages/00003.jpg");
        byte[] all = Files.readAllBytes(jpeg);
        Files.write(jpeg, Arrays.copyOf(all, all.length - 40));
        assertFinds(b, Problem.Kind.UNREADABLE_IMAGE, "00003.jpg: the JPEG is cut off");
        assertReadFails(b, Split.TEST, 0, "00003.jpg: the JPEG is cut off");
        Files.write(jpeg, new byte[0]);
        assertFinds(b, Problem.Kind.UNREADABLE_IMAGE, "00003.jpg");
        assertReadFails(b, Split.TEST, 0, "00003.jpg: the file is empty");
    }

    @Test
    void brokenRunLengths(@TempDir Path folder) throws IOException {
        Path b = Layouts.rrsisD(folder);
        Layouts.edit(b.resolve(Instances.NAME), "Z27a00000000000000f9", "Z27a00000000000000f8");
        assertFinds(b, Problem.Kind.UNREADABLE_MASK, "00001.jpg#1000");
        assertReadFails(b, Split.TRAIN, 0, "the mask of 00001.jpg#1000 cannot be used");
        Layouts.edit(
                b.resolve(Instances.NAME),
                "Z27a00000000000000f8",
                RunLength.encode(new Mask(24, 24, new byte[24 * 24])));
        assertFinds(b, Problem.Kind.EMPTY_MASK, "00001.jpg#1000");
    }

    @Test
    void annotationsWithoutIdAndUnknownCategories(@TempDir Path folder) throws IOException {
        Path b = Layouts.rrsisD(folder.resolve("b"));
        Layouts.edit(b.resolve(Instances.NAME), "{\"id\": 101, ", "{");
        assertFinds(b, Problem.Kind.ANNOTATION_WITHOUT_ID, "annotations[1]");
        assertFinds(b, Problem.Kind.MISSING_MASK, "no annotation has the id 101");
        assertOpenFails(b, Split.TRAIN, "must have an integer 'id'");
        Path c = Layouts.rrsisD(folder.resolve("c"));
        Layouts.edit(c.resolve(Instances.NAME), "\"name\": \"bridge\"", "\"name\": \"zeppelin\"");
        assertFinds(c, Problem.Kind.UNKNOWN_CATEGORY, "'zeppelin' is none of the 20 classes");
        assertOpenFails(c, Split.VAL, "'zeppelin' is none of the 20 classes");
        Path d = Layouts.rrsisD(folder.resolve("d"));
        Layouts.edit(d.resolve(Instances.NAME), "{\"id\": 18, \"name\"", "{\"id\": 21, \"name\"");
        assertFinds(d, Problem.Kind.UNKNOWN_CATEGORY, "no category has the id 18");
        Path e = Layouts.rrsisD(folder.resolve("e"));
        Layouts.edit(e.resolve(Instances.NAME), "{\"id\": 101, ", "{\"id\": 100, ");
        assertFinds(e, Problem.Kind.DUPLICATE_ANNOTATION, "annotation id 100 occurs twice");
        assertOpenFails(e, Split.TRAIN, "annotation id 100 occurs twice");
    }

    @Test
    void emptySplitsAndLines(@TempDir Path folder) throws IOException {
        Path a = Layouts.refSegRs(folder.resolve("a"));
        Files.writeString(a.resolve("output_phrase_val.txt"), "\n");
        assertFinds(a, Problem.Kind.EMPTY_SPLIT, "'val' is empty");
        assertOpenFails(a, Split.VAL, "the split 'val' is empty");
        Files.writeString(a.resolve("output_phrase_val.txt"), "18_0 building\r\n17_4\n");
        assertFinds(a, Problem.Kind.EMPTY_SENTENCE, "line 2: an expression must follow the id '17_4'");
        assertOpenFails(a, Split.VAL, "line 2: an expression must follow");
        // White space is Unicode's: a no-break space, an ideographic one, a separator of files.
        Files.writeString(a.resolve("output_phrase_val.txt"), "18_0 building\n17_4 \u00a0\u3000\u001c\n\u00a0\n");
        assertFinds(a, Problem.Kind.EMPTY_SENTENCE, "line 2: an expression must follow the id '17_4'");
        Files.writeString(a.resolve("output_phrase_val.txt"), "../../secret building\n");
        assertFinds(a, Problem.Kind.BROKEN_ENTRY, "got '../../secret'");
        assertOpenFails(a, Split.VAL, "got '../../secret'");
        Files.write(a.resolve("output_phrase_val.txt"), "18_0 h\u00e4user\n".getBytes(StandardCharsets.ISO_8859_1));
        assertOpenFails(a, Split.VAL, "not UTF-8");
        Files.delete(a.resolve("output_phrase_val.txt"));
        assertOpenFails(a, Split.VAL, "the file is missing");
        Path b = Layouts.rrsisD(folder.resolve("b"));
        Files.write(b.resolve(Refs.NAME), new byte[] {(byte) 0x80, 2, ']', '.'});
        assertFinds(b, Problem.Kind.EMPTY_SPLIT, "'train' has no usable entry");
        assertOpenFails(b, Split.TRAIN, "the split 'train' is empty");
        Path c = Layouts.rrsisD(folder.resolve("c"));
        List<Object> refs = new ArrayList<>();
        for (String raw : List.of("the bridge", "\u00a0\u2007", "\u3000")) {
            List<Object> sentences = List.of(Map.of("raw", raw));
            long id = refs.size();
            refs.add(Map.of("ref_id", id, "ann_id", 100L, "image_id", 1L, "split", "train", "sentences", sentences));
        }
        Files.write(c.resolve(Refs.NAME), Pickler.of(refs));
        assertFinds(c, Problem.Kind.EMPTY_SENTENCE, "entry 1: each of its sentences must hold a word");
        assertFinds(c, Problem.Kind.EMPTY_SENTENCE, "entry 2: each of its sentences must hold a word");
    }

    @Test
    void pathsOutOfTheDataSet(@TempDir Path folder) throws IOException {
        Path b = Layouts.rrsisD(folder.resolve("b"));
        Layouts.edit(b.resolve(Instances.NAME), "\"00003.jpg\"", "\"../../../../etc/passwd\"");
        assertFinds(b, Problem.Kind.BROKEN_ENTRY, "leads out of the data set");
        assertOpenFails(b, Split.TEST, "'../../../../etc/passwd' leads out of the data set");
        Path zip = folder.resolve("evil.zip");
        try (OutputStream out = Files.newOutputStream(zip);
                ZipOutputStream z = new ZipOutputStream(out)) {
            z.putNextEntry(new ZipEntry("../output_phrase_train.txt"));
            z.write("1 road".getBytes(StandardCharsets.UTF_8));
            z.closeEntry();
        }
        String message = assertThrows(DataException.class, () -> RefSegRs.open(zip, Split.TRAIN))
                .getMessage();
        assertTrue(message.contains("'../output_phrase_train.txt' leads out of the data set"), message);
    }

    @Test
    void picklesThatWantToRunSomething(@TempDir Path folder) throws IOException {
        Path b = Layouts.rrsisD(folder);
        for (String pickle : List.of("cos\nsystem\n(S'true'\ntR.", "(S'true'\nios\nsystem\n.")) {
            Files.writeString(b.resolve(Refs.NAME), pickle);
            assertFinds(b, Problem.Kind.BROKEN_LIST, "'os.system'");
            assertOpenFails(b, Split.TRAIN, "'os.system'");
        }
    }

    @Test
    void zipsCutOffOrDamaged(@TempDir Path folder) throws IOException {
        Path a = Layouts.refSegRs(folder.resolve("a"));
        byte[] all = Files.readAllBytes(Layouts.zip(a, folder.resolve("a.zip"), ""));
        Path cut = Files.write(folder.resolve("cut.zip"), Arrays.copyOf(all, all.length / 2));
        String message = assertThrows(DataException.class, () -> RefSegRs.open(cut, Split.TRAIN))
                .getMessage();
        assertTrue(message.contains("no whole zip file"), message);
        int at = new String(all, StandardCharsets.ISO_8859_1).indexOf("images/17_3.tif") + 60;
        byte[] bad = all.clone();
        bad[at] ^= 0x55;
        Path damaged = Files.write(folder.resolve("damaged.zip"), bad);
        assertReadFails(damaged, Split.TRAIN, 0, "images/17_3.tif");
        assertTrue(check(damaged, true).hasErrors());
    }

    @Test
    void otherFilesAreNotADataSet(@TempDir Path folder) throws IOException {
        Path b = Layouts.rrsisD(folder.resolve("b"));
        String message = assertThrows(DataException.class, () -> RefSegRs.open(b, Split.TRAIN))
                .getMessage();
        assertTrue(message.contains("not laid out as RefSegRS"), message);
        Path nothing = folder.resolve("nothing");
        assertTrue(assertThrows(DataException.class, () -> RrsisD.open(nothing, Split.TRAIN))
                .getMessage()
                .contains("does not exist"));
    }

    @Test
    void masksOfZerosAndOnesAreReadAsSuch(@TempDir Path folder) throws IOException {
        Path a = Layouts.refSegRs(folder);
        BufferedImage gray = new BufferedImage(26, 20, BufferedImage.TYPE_BYTE_GRAY);
        gray.getRaster().setSample(3, 2, 0, 1);
        ImageIO.write(gray, "tif", a.resolve("masks/18_0.tif").toFile());
        try (RefSegRs data = RefSegRs.open(a, Split.VAL)) {
            Mask mask = data.read(0).mask();
            assertEquals(1, mask.area());
            assertEquals(1, mask.values()[2 * 26 + 3]);
        }
    }

    @Test
    void polygonsAreFilled() {
        // A box from column 2 to 4 and row 1 to 2, as COCO's tools fill it.
        Object box = List.of(2.0, 1.0, 5.0, 1.0, 5.0, 3.0, 2.0, 3.0);
        Mask mask = Segmentation.decode(List.of(box), 5, 8);
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            rows.append(mask.values()[i]).append(i % 8 == 7 ? "\n" : "");
        }
        assertEquals("00000000\n00111000\n00111000\n00000000\n00000000\n", rows.toString());
        assertThrows(DataException.class, () -> Segmentation.decode(List.of(List.of(1.0, 2.0)), 5, 8));
        assertThrows(DataException.class, () -> Segmentation.decode(List.of(), 5, 8));
        assertThrows(DataException.class, () -> Segmentation.decode(null, 5, 8));
        Object far = List.of(2.0, 1.0, 5e9, 1.0, 5.0, 3.0);
        assertThrows(DataException.class, () -> Segmentation.decode(List.of(far), 5, 8));
    }
}
