package dev.swath.fianet.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.kernels.Parallelism;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Annotations as JSON lines, in the very form in which newer work hands the three data sets around. */
class JsonLinesTest {
    /** 4 wide and 9 high: the pixel at the upper left, and the whole second column. */
    private static final String CORNER = "{\"size\": [9, 4], \"counts\": \"01S1\"}";

    private static final String COLUMN = "{\"size\": [9, 4], \"counts\": \"99b0\"}";

    @TempDir
    Path folder;

    private static void image(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        String format = file.toString().replaceFirst(".*\\.", "").replace("tif", "tiff");
        assertTrue(ImageIO.write(new BufferedImage(4, 9, BufferedImage.TYPE_INT_RGB), format, file.toFile()));
    }

    private Path lists(String name, String train, String val, String test) throws IOException {
        Files.createDirectories(folder.resolve("datainfo"));
        Files.writeString(folder.resolve("datainfo/" + name + "_train.jsonl"), train);
        Files.writeString(folder.resolve("datainfo/" + name + "_val.jsonl"), val);
        Files.writeString(folder.resolve("datainfo/" + name + "_test.jsonl"), test);
        return folder;
    }

    private static String refSegRs(String split, String id, String sentence) {
        return "{\"split\": \"%s\", \"image_id\": \"%s\", \"sent\": \"%s\", \"file_name\": \"%s.tif\", \"segmentation\": %s}\n"
                .formatted(split, id, sentence, id, CORNER);
    }

    private static String rrsisD(String split, int id, String sentence, String category) {
        return ("{\"split\": \"%s\", \"image_id\": %d, \"sent\": \"%s\", \"file_name\": \"%05d.jpg\", \"category_id\": 8,"
                        + " \"category_name\": \"%s\", \"ann_id\": %d, \"bbox\": [0, 0, 1, 8], \"segmentation\": [%s],"
                        + " \"area\": 3696293}\n")
                .formatted(split, id, sentence, id, category, id, COLUMN);
    }

    private Path refSegRs() throws IOException {
        for (String id : List.of("4497", "387", "25", "31")) {
            image(folder.resolve("images/" + id + ".tif"));
        }
        return lists(
                "refsegrs",
                refSegRs("train", "4497", "vehicle driving on the road")
                        + refSegRs("train", "387", "sidewalk along with tree"),
                refSegRs("val", "25", "road marking"),
                refSegRs("test", "31", "low vegetation"));
    }

    private Path rrsisD() throws IOException {
        for (int id : new int[] {110, 3890, 4482}) {
            image(folder.resolve("images/rrsisd/JPEGImages/%05d.jpg".formatted(id)));
        }
        return lists(
                "rrsisd",
                rrsisD("train", 110, "The green and brown baseball field", "baseballfield"),
                rrsisD("val", 3890, "The large dam", "dam"),
                rrsisD("test", 4482, "A small slender train station in the middle", "trainstation"));
    }

    private static String risBench(String split, String file, String sentence) {
        return "{\"split\": \"%s\", \"image_id\": \"%s\", \"sent\": \"%s\", \"file_name\": \"%s\", \"segmentation\": %s}\n"
                .formatted(split, file, sentence, file, CORNER);
    }

    private Path risBench(String images) throws IOException {
        for (String file : List.of("train_1_0.png", "train_14700_0.png", "val_3_1.png")) {
            image(folder.resolve(images).resolve(file));
        }
        return lists(
                "risbench",
                risBench("train", "train_1_0.png", "The larger plane at the top-left part of the image."),
                risBench("val", "train_14700_0.png", "The roundabout with a green circle in the middle of it."),
                risBench("test", "val_3_1.png", "A small blue thing beside the house."));
    }

    private static ReferringDataset open(Path path, Split split) {
        return Layout.detect(path).orElseThrow().open(path, split);
    }

    private static byte[] mask(int... at) {
        byte[] out = new byte[36];
        for (int i : at) {
            out[i] = 1;
        }
        return out;
    }

    @Test
    void refSegRsIsRead() throws IOException {
        Path data = refSegRs();
        for (Path path : List.of(data, Layouts.zip(data, folder.resolveSibling("a.zip"), "RefSegRS/"))) {
            assertEquals(
                    "refsegrs as JSON lines", Layout.detect(path).orElseThrow().describe());
            try (ReferringDataset train = open(path, Split.TRAIN)) {
                assertEquals(DatasetVocabulary.REFSEGRS, train.vocabulary());
                assertEquals(2, train.size());
                Sample sample = train.read(1);
                assertEquals("387.tif#2", sample.id());
                assertEquals("sidewalk along with tree", sample.sentence());
                assertEquals("sidewalk", sample.category());
                assertEquals(4, sample.mask().width());
                assertArrayEquals(mask(0), sample.mask().values());
                assertFalse(train.drawn());
                assertEquals(64, train.pixelFingerprint(Parallelism.single()).length());
            }
        }
    }

    @Test
    void rrsisDIsRead() throws IOException {
        Path data = rrsisD();
        assertEquals(Optional.of(new Layout(DatasetVocabulary.RRSISD, Layout.Form.JSON_LINES)), Layout.detect(data));
        try (ReferringDataset val = open(data, Split.VAL)) {
            Sample sample = val.read(0);
            assertEquals("03890.jpg#1", sample.id());
            assertEquals("dam", sample.category());
            assertArrayEquals(
                    mask(1, 5, 9, 13, 17, 21, 25, 29, 33), sample.mask().values());
        }
        try (ReferringDataset test = open(data, Split.TEST)) {
            assertEquals("train station", test.category(0));
        }
    }

    @ParameterizedTest
    @CsvSource({"img_rgb", "images", "."})
    void risBenchIsReadWhereverItsImagesLie(String images) throws IOException {
        Path data = risBench(images);
        try (ReferringDataset train = open(data, Split.TRAIN);
                ReferringDataset test = open(data, Split.TEST)) {
            assertEquals(DatasetVocabulary.RISBENCH, train.vocabulary());
            assertEquals(50, train.vocabulary().length());
            assertEquals("airplane", train.read(0).category(), "sentences call it a plane");
            assertEquals("", test.read(0).category(), "it names none");
        }
        DatasetCheck.Report report = DatasetCheck.run(data, DatasetVocabulary.RISBENCH, true, Parallelism.single());
        assertFalse(report.hasErrors(), report.problems().toString());
        assertEquals(Map.of("train", 1, "val", 1, "test", 1), report.triplets());
    }

    /** RISBench as others hand it around: phrase files beside PNG images and masks. */
    @ParameterizedTest
    @CsvSource({"img_rgb,mask,''", "images,masks,''", "img_rgb,mask,.png"})
    void risBenchIsReadFromPhraseFiles(String images, String masks, String ending) throws IOException {
        for (String id : List.of("train_1_0", "val_1_0", "test_1_0")) {
            image(folder.resolve(images + "/" + id + ".png"));
            BufferedImage mask = new BufferedImage(4, 9, BufferedImage.TYPE_BYTE_GRAY);
            mask.getRaster().setSample(1, 0, 0, 255);
            Files.createDirectories(folder.resolve(masks));
            ImageIO.write(mask, "png", folder.resolve(masks + "/" + id + ".png").toFile());
            String split = id.substring(0, id.indexOf('_'));
            Files.writeString(
                    folder.resolve("output_phrase_" + split + ".txt"), id + ending + " The left-most small vehicle.\n");
        }
        if (images.equals("img_rgb")) {
            assertEquals(
                    DatasetVocabulary.RISBENCH,
                    Layout.detect(folder).orElseThrow().dataset());
        }
        Layout layout = Layout.detect(folder, DatasetVocabulary.RISBENCH).orElseThrow();
        try (ReferringDataset test = layout.open(folder, Split.TEST)) {
            Sample sample = test.read(0);
            assertArrayEquals(mask(1), sample.mask().values());
            assertEquals("vehicle", sample.category());
        }
        DatasetCheck.Report report = DatasetCheck.run(folder, layout, true, Parallelism.single());
        assertEquals(List.of(), report.problems());
    }

    @Test
    void otherFormsOfAMaskAreRead() throws IOException {
        image(folder.resolve("images/1.tif"));
        String line = "{\"sent\": \"road\", \"file_name\": \"1.tif\", \"segmentation\": %s}\n";
        Path data = lists(
                "refsegrs",
                line.formatted("{\"size\": [9, 4], \"counts\": [0, 1, 35]}")
                        + line.formatted("[[1, 0, 2, 0, 2, 9, 1, 9]]")
                        + "\r\n"
                        + line.formatted("[" + CORNER + ", " + COLUMN + "]"),
                refSegRs("val", "1", "road"),
                refSegRs("test", "1", "road"));
        try (ReferringDataset train = open(data, Split.TRAIN)) {
            assertArrayEquals(mask(0), train.read(0).mask().values());
            assertArrayEquals(
                    mask(1, 5, 9, 13, 17, 21, 25, 29, 33), train.read(1).mask().values());
            assertArrayEquals(
                    mask(0, 1, 5, 9, 13, 17, 21, 25, 29, 33),
                    train.read(2).mask().values());
            assertEquals("1.tif#4", train.read(2).id(), "the empty line is counted");
        }
    }

    @Test
    void whatIsWholeHasNoProblems() throws IOException {
        Path data = refSegRs();
        for (boolean deep : new boolean[] {false, true}) {
            DatasetCheck.Report report = DatasetCheck.run(data, DatasetVocabulary.REFSEGRS, deep, Parallelism.single());
            assertEquals(List.of(), report.problems());
            assertEquals(Map.of("train", 2, "val", 1, "test", 1), report.triplets());
        }
    }

    /** A broken line is named by file, number and rule, by the check and by whoever opens the split. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"sent\": \"road\", \"file_name\": \"1.tif\"}|MISSING_MASK|line 2: it has no 'segmentation'",
                "{\"sent\": \"road\", \"segmentation\": []}|BROKEN_ENTRY|line 2: the line cannot be understood: file_name must be",
                "{\"sent\": 7, \"file_name\": \"1.tif\", \"segmentation\": []}|BROKEN_ENTRY|line 2: the line cannot be understood: sent must be",
                "{\"sent\": \" \", \"file_name\": \"1.tif\", \"segmentation\": []}|EMPTY_SENTENCE|line 2: the expression must hold a word",
                "{\"sent\": \"road\", \"file_name\": \"../1.tif\", \"segmentation\": []}|BROKEN_ENTRY|line 2: the file name '../1.tif' leads out",
                "{\"sent\": \"road\", \"file_name\": \"1.tif\", \"segmentation\": {\"size\": [9]}}|BROKEN_ENTRY|line 2: the line cannot be understood: the size of a mask is [height, width]; got 1",
                "{\"sent\": \"road\", \"file_name\": \"1.tif\", \"segmentation\": {\"size\": [99999, 4]}}|BROKEN_ENTRY|got 99999 x 4",
                "{\"sent\": \"road\"|BROKEN_ENTRY|line 2: the line cannot be understood",
                "[1, 2]|BROKEN_ENTRY|line 2: the line cannot be understood",
                "{\"sent\": \"road\", \"file_name\": \"1.tif\", \"category_name\": \"moon\", \"segmentation\": []}|UNKNOWN_CATEGORY|line 2: its category 'moon' is none of the 14 classes of RefSegRS"
            })
    void aBrokenLineIsNamed(String line, Problem.Kind kind, String part) throws IOException {
        image(folder.resolve("images/1.tif"));
        String good = refSegRs("train", "1", "road");
        Path data = lists(
                "refsegrs",
                good + line + "\n" + good.replace("\"road\"", "\"car\""),
                refSegRs("val", "1", "road"),
                refSegRs("test", "1", "road"));
        Path file = data.resolve("datainfo/refsegrs_train.jsonl");
        DatasetCheck.Report report = DatasetCheck.run(data, DatasetVocabulary.REFSEGRS, false, Parallelism.single());
        assertEquals(2, report.triplets().get("train"), "the other lines are read");
        assertTrue(
                report.problems().stream()
                        .anyMatch(p -> p.kind() == kind
                                && p.text().contains(file.toString())
                                && p.text().contains(part)),
                report.problems().toString());
        String message =
                assertThrows(DataException.class, () -> open(data, Split.TRAIN)).getMessage();
        assertTrue(message.contains(file.toString()) && message.contains(part), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void brokenMasksAndMissingImagesAreNamed() throws IOException {
        image(folder.resolve("images/1.tif"));
        image(folder.resolve("images/unused.tif"));
        String line = "{\"split\": \"%s\", \"sent\": \"%s\", \"file_name\": \"%s\", \"segmentation\": %s}\n";
        Path data = lists(
                "refsegrs",
                line.formatted("train", "car", "1.tif", CORNER.replace("01S1", "01S"))
                        + line.formatted("train", "road", "2.tif", CORNER)
                        + line.formatted("train", "bus", "1.tif", CORNER.replace("[9, 4]", "[4, 9]"))
                        + line.formatted("train", "tree", "1.tif", CORNER.replace("01S1", "T1"))
                        + line.formatted(
                                "val", "van", "1.tif", "[" + CORNER + ", {\"size\": [2, 2], \"counts\": \"13\"}]"),
                refSegRs("val", "1", "road"),
                refSegRs("test", "1", "road") + refSegRs("test", "1", "road"));
        Map<Problem.Kind, List<String>> found = new java.util.EnumMap<>(Problem.Kind.class);
        DatasetCheck.run(data, DatasetVocabulary.REFSEGRS, true, Parallelism.single())
                .problems()
                .forEach(p -> found.computeIfAbsent(p.kind(), k -> new java.util.ArrayList<>())
                        .add(p.item()));
        assertEquals(List.of("1.tif#1"), found.get(Problem.Kind.UNREADABLE_MASK));
        assertEquals(List.of("2.tif#2"), found.get(Problem.Kind.MISSING_IMAGE));
        assertEquals(List.of("1.tif#3"), found.get(Problem.Kind.OTHER_IMAGE_SIZE));
        assertEquals(List.of("1.tif#4"), found.get(Problem.Kind.EMPTY_MASK));
        assertEquals(List.of("1.tif#5"), found.get(Problem.Kind.WRONG_MASK_SIZE));
        assertEquals(List.of("datainfo/refsegrs_train.jsonl:5"), found.get(Problem.Kind.CONTRADICTION));
        assertEquals(List.of("1.tif#2", "1.tif"), found.get(Problem.Kind.DUPLICATE_ID));
        assertEquals(List.of("images/unused.tif"), found.get(Problem.Kind.UNUSED_FILE));
        try (ReferringDataset train = open(data, Split.TRAIN)) {
            assertTrue(assertThrows(DataException.class, () -> train.read(0))
                    .getMessage()
                    .startsWith("[data] the mask of 1.tif#1: "));
            assertTrue(assertThrows(DataException.class, () -> train.read(1))
                    .getMessage()
                    .contains("images/2.tif is missing"));
        }
    }

    @Test
    void aMissingOrEmptySplitIsNamed() throws IOException {
        Path data = refSegRs();
        Files.delete(data.resolve("datainfo/refsegrs_train.jsonl"));
        Files.writeString(data.resolve("datainfo/refsegrs_val.jsonl"), "\n");
        Files.write(
                data.resolve("datainfo/refsegrs_test.jsonl"),
                "{\"sent\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(assertThrows(DataException.class, () -> open(data, Split.TRAIN))
                .getMessage()
                .endsWith("refsegrs_train.jsonl: the file is missing"));
        assertTrue(assertThrows(DataException.class, () -> open(data, Split.VAL))
                .getMessage()
                .contains("the split 'val' is empty"));
        assertTrue(assertThrows(DataException.class, () -> open(data, Split.TEST))
                .getMessage()
                .contains("line 1: the line is not UTF-8 text"));
    }

    /** The lists of all three are often handed around together. */
    @Test
    void theImagesTellWhichListsAreMeant() throws IOException {
        risBench("img_rgb");
        lists("refsegrs", refSegRs("train", "1", "road"), "", "");
        lists("rrsisd", rrsisD("train", 1, "The dam", "dam"), "", "");
        assertEquals(
                DatasetVocabulary.RISBENCH, Layout.detect(folder).orElseThrow().dataset());
        image(folder.resolve("images/rrsisd/JPEGImages/00001.jpg"));
        Files.move(folder.resolve("img_rgb"), folder.resolve("elsewhere"));
        assertEquals(
                DatasetVocabulary.RRSISD, Layout.detect(folder).orElseThrow().dataset());
    }

    /** Annotations as JSON lines are put beside a data set's own lists on purpose. */
    @Test
    void jsonLinesComeFirst() throws IOException {
        Layouts.rrsisD(folder);
        assertEquals(Layout.Form.REFER, Layout.detect(folder).orElseThrow().form());
        rrsisD();
        assertEquals(Layout.Form.JSON_LINES, Layout.detect(folder).orElseThrow().form());
        assertEquals(
                Layout.Form.JSON_LINES,
                Layout.detect(folder, DatasetVocabulary.RRSISD).orElseThrow().form());
        assertEquals(
                Layout.Form.PHRASES,
                Layout.detect(folder, DatasetVocabulary.REFSEGRS).orElseThrow().form());
    }
}
