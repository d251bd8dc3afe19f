package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.SegmentationResult;
import dev.swath.fianet.TinyModel;
import dev.swath.fianet.image.Images;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several images and sentences in one call, and what is written of each answer. */
class SegmentManyTest {
    private static final int WIDTH = 48;
    private static final int HEIGHT = 32;

    @TempDir
    Path folder;

    private Path model;
    private Path scenes;
    private Path out;

    @BeforeEach
    void files() throws IOException {
        model = TinyModel.write(folder.resolve("model"));
        scenes = Files.createDirectories(folder.resolve("scenes"));
        out = folder.resolve("out");
        picture(scenes.resolve("a.png"), 1);
        picture(Files.createDirectories(scenes.resolve("deep")).resolve("a.png"), 2);
        picture(scenes.resolve("B b*.PNG"), 3);
    }

    private static void picture(Path file, int seed) throws IOException {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            image.setRGB(i % WIDTH, i / WIDTH, seed * 7919 * i);
        }
        ImageIO.write(image, "png", file.toFile());
    }

    private Cli segment(Object... more) {
        List<Object> args = new ArrayList<>(List.of("segment", "--weights", model));
        args.addAll(List.of(more));
        if (!args.contains("--out")) {
            args.addAll(List.of("--out", out));
        }
        return Cli.run(args.toArray());
    }

    private List<List<String>> table() throws IOException {
        List<List<String>> rows = Csv.rows(Files.readString(out.resolve("results.csv")), ',');
        assertEquals("image,sentence,found", String.join(",", rows.getFirst().subList(0, 3)));
        return rows.subList(1, rows.size());
    }

    @Test
    void everyPictureIsAskedEverySentence() throws IOException {
        Path texts = Files.writeString(folder.resolve("texts.txt"), "the ship, left\n\n \u00A0\n  the road \n");
        Cli done = segment("--image", scenes, "--image", scenes + "/**/a.png", "--text", "the ship", "--texts", texts)
                .done();
        List<List<String>> rows = table();
        assertEquals(9, rows.size());
        assertEquals(
                List.of("the ship", "the ship, left", "the road"),
                rows.subList(0, 3).stream().map(r -> r.get(1)).toList());
        assertEquals(9, rows.stream().map(r -> r.get(12)).distinct().count(), "names of masks");
        for (List<String> row : rows) {
            assertTrue(Files.size(out.resolve(row.get(12))) > 0, row.toString());
            assertEquals("", row.get(13));
        }
        assertEquals(9 * 4 + 1, done.out().lines().count());
        assertEquals(
                9,
                done.err()
                        .lines()
                        .filter(l -> l.contains("\": ") && l.endsWith(")"))
                        .count(),
                done.err());
        // A sentence by itself gives the same.
        segment("--image", scenes.resolve("a.png"), "--text", "the road", "--out", folder.resolve("one"))
                .done();
        int a = rows.stream()
                .map(r -> r.get(0))
                .toList()
                .indexOf(scenes.resolve("a.png").toString());
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("one/probability.png")),
                Files.readAllBytes(out.resolve(rows.get(a + 2).get(12).replace("mask", "probability"))));
    }

    @Test
    void aTableNamesPicturesAndSentences() throws IOException {
        Path csv = Files.writeString(
                scenes.resolve("q.csv"),
                "image,text\r\na.png,\"the \"\"ship\"\", left\"\r\ndeep/a.png,the road\r\na.png,the road\r\n");
        segment("--texts", csv).done();
        assertEquals(
                List.of("the \"ship\", left", "the road", "the road"),
                table().stream().map(r -> r.get(1)).toList());
        segment("--texts", csv, "--image", scenes).refused(2, "--image", "column 'image'");
        for (String bad : List.of("a,b\n1,2\n", "text,image\nx\n", "text\n\"x\n", "text\n", "", "text\n\u00A0,\n")) {
            Files.writeString(csv, bad);
            segment("--texts", csv, "--image", scenes).refused(2, "--texts", "q.csv");
        }
        segment("--texts", folder.resolve("none.txt"), "--image", scenes).refused(2, "none.txt", "does not exist");
    }

    /** Spreadsheets write tabs, big letters and lines that end in a carriage return alone. */
    @Test
    void tablesOfOtherMakers() throws IOException {
        for (String[] table : new String[][] {
            {"q.tsv", "image\ttext\na.png\tthe ship, left\n"},
            {"q.csv", "Image , TEXT\na.png,\"the ship, left\"\n"},
            {"cr.csv", "image,text\ra.png,\"the ship, left\"\r"},
            {"Q.CSV", "\uFEFFsentence,image\r\n\"the ship, left\",a.png\r\n"}
        }) {
            segment("--texts", Files.writeString(scenes.resolve(table[0]), table[1]))
                    .done();
            assertEquals(
                    List.of("the ship, left"),
                    table().stream().map(r -> r.get(1)).toList(),
                    table[0]);
        }
        for (String heading : List.of("text,text", "text,sentence", "image,image,text")) {
            Path two = Files.writeString(scenes.resolve("two.csv"), heading + "\na,b\n");
            segment("--texts", two, "--image", scenes).refused(2, "two.csv", "names two columns");
        }
    }

    /** A folder may be called like a pattern. */
    @Test
    void aFolderWithSignsOfPatternsInItsName() throws IOException {
        Path folder = Files.createDirectories(scenes.resolve("site [1] {a}"));
        picture(folder.resolve("a.png"), 5);
        segment("--image", folder, "--text", "the ship").done();
        assertEquals(
                List.of(folder.resolve("a.png").toString()),
                table().stream().map(r -> r.get(0)).toList());
    }

    @Test
    void whatIsNoPictureIsToldAndTheOthersAreDone() throws IOException {
        Files.writeString(scenes.resolve("c.png"), "no picture");
        Cli some = segment("--image", scenes, "--text", "the ship");
        assertEquals(1, some.code());
        assertTrue(some.err().contains("c.png") && some.err().contains("1 of 3 images"), some.err());
        assertEquals(2, table().stream().filter(r -> r.get(13).isEmpty()).count());
        assertEquals(
                1, table().stream().filter(r -> r.get(13).contains("c.png")).count());
        segment("--image", scenes.resolve("c.png"), "--text", "the ship").refused(1, "c.png");
        segment("--image", scenes + "/*.gif", "--text", "the ship").refused(2, "no file fits");
        segment("--image", model, "--text", "the ship").refused(2, "holds no file");
        segment("--text", "the ship").refused(2, "--image");
        segment("--image", scenes, "--text", "ship", "--save-logits", out.resolve("l"))
                .refused(2, "--save-logits");
    }

    @Test
    void thresholdAndAreaMakeTheMask() throws IOException {
        Path a = scenes.resolve("a.png");
        segment("--image", a, "--text", "the ship", "--probabilities", "npy").done();
        byte[] npy = Files.readAllBytes(out.resolve("probability.npy"));
        ByteBuffer buffer = ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN);
        int header = 10 + buffer.getShort(8);
        assertEquals(0, header % 64);
        assertTrue(new String(npy, StandardCharsets.ISO_8859_1)
                .contains("'<f4', 'fortran_order': False, 'shape': (32, 48)"));
        float[] probability = new float[WIDTH * HEIGHT];
        buffer.position(header).asFloatBuffer().get(probability);
        try (ReferringSegmenter segmenter = ReferringSegmenter.open(model)) {
            List<SegmentationResult> results = segmenter.segmentAll(Images.read(a), List.of("the ship", "the road"));
            assertArrayEquals(results.getFirst().probability(), probability);
            assertArrayEquals(
                    segmenter.segment(Images.read(a), "the road").probability(),
                    results.get(1).probability());
            List<String> seen = new ArrayList<>();
            segmenter.segmentAll(
                    List.of(a, scenes.resolve("deep/a.png")),
                    List.of("the road"),
                    answer -> seen.add(answer.file().getFileName() + " " + answer.sentence()));
            assertEquals(List.of("a.png 0", "a.png 0"), seen);
        }
        float highest = 0;
        for (float p : probability) {
            highest = Math.max(highest, p);
        }
        Cli none = segment("--image", a, "--text", "the ship", "--threshold", highest)
                .done();
        assertTrue(none.err().contains("nothing found"), none.err());
        Cli all =
                segment("--image", a, "--text", "the ship", "--threshold", "0").done();
        assertTrue(all.err().contains("1536 pixels, 100.0 %"), all.err());
        segment("--image", a, "--text", "the ship", "--threshold", "0", "--min-area", "1536")
                .done();
        assertTrue(segment("--image", a, "--text", "the ship", "--threshold", "0", "--min-area", "1537")
                .done()
                .err()
                .contains("nothing found"));
        segment("--image", a, "--text", "ship", "--threshold", "1.5").refused(2, "--threshold", "[0, 1]");
        segment("--image", a, "--text", "ship", "--threshold", "NaN").refused(2, "--threshold", "must be a number");
        segment("--image", a, "--text", "ship", "--min-area", "-1").refused(2, "--min-area");
        segment("--image", a, "--text", "ship", "--probabilities", "bmp").refused(2, "--probabilities", "bmp");
    }

    @Test
    void smallPatchesAreTakenOut() {
        String[] rows = {"#..#.", "##...", "...##", "#..##"};
        boolean[] mask = new boolean[20];
        float[] probability = new float[20];
        for (int i = 0; i < 20; i++) {
            probability[i] = rows[i / 5].charAt(i % 5) == '#' ? 1 : 0;
        }
        SegmentationResult r =
                new SegmentationResult(5, 4, mask, probability, dev.swath.tensor.Tensor.zeros(1, 2, 1, 1));
        assertEquals(9, r.masked(0.5, 0).area());
        assertEquals(7, r.masked(0.5, 2).area());
        assertEquals(7, r.masked(0.5, 3).area());
        assertEquals(4, r.masked(0.5, 4).area());
        assertEquals(0, r.masked(0.5, 5).area());
    }

    /** As Java's own reader, and by it libtiff's readers, understand it. */
    @Test
    void floatsAsTiffAndTheWorldFile() throws IOException {
        Path a = scenes.resolve("a.png");
        Files.writeString(scenes.resolve("a.pgw"), "0.5\n0\n0\n-0.5\n500000\n4000000\n");
        Cli done = segment("--image", a, "--text", "the ship", "--probabilities", "tiff")
                .done();
        for (String world : List.of("mask.pgw", "probability.pgw", "overlay.pgw", "probability.tfw")) {
            assertEquals("0.5\n0\n0\n-0.5\n500000\n4000000\n", Files.readString(out.resolve(world)));
            assertTrue(done.out().contains(world), done.out());
        }
        var tiff = ImageIO.read(out.resolve("probability.tif").toFile());
        assertEquals(WIDTH, tiff.getWidth());
        assertEquals(HEIGHT, tiff.getHeight());
        float[] value = tiff.getRaster().getPixel(5, 7, (float[]) null);
        segment("--image", a, "--text", "the ship", "--probabilities", "npy", "--out", folder.resolve("n"))
                .done();
        ByteBuffer npy = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("n/probability.npy")))
                .order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(npy.getFloat(10 + npy.getShort(8) + 4 * (7 * WIDTH + 5)), value[0]);
        Files.writeString(scenes.resolve("a.pgw"), "no world file");
        assertFalse(segment("--image", a, "--text", "ship", "--out", folder.resolve("w"))
                .done()
                .out()
                .contains("pgw"));
    }

    /** Its world file says where the stored rows and columns lie, and the answers have others. */
    @Test
    void aTurnedPictureLeavesItsWorldFileBehind() throws IOException {
        int[][] tags = {{256, 4}, {257, 2}, {258, 8}, {259, 1}, {262, 1}, {273, 8}, {274, 1}, {277, 1}, {279, 8}};
        Path tiff = scenes.resolve("turned.tif");
        for (int orientation : new int[] {1, 6}) {
            ByteBuffer b = ByteBuffer.allocate(18 + 12 * tags.length + 4).order(ByteOrder.LITTLE_ENDIAN);
            b.put("II*\0".getBytes(StandardCharsets.US_ASCII)).putInt(16).position(16);
            b.putShort((short) tags.length);
            for (int[] tag : tags) {
                b.putShort((short) tag[0]).putShort((short) 4).putInt(1).putInt(tag[0] == 274 ? orientation : tag[1]);
            }
            Files.write(tiff, b.array());
            Files.writeString(scenes.resolve("turned.tfw"), "1\n0\n0\n-1\n0\n0\n");
            Path to = folder.resolve("turned" + orientation);
            Cli done =
                    segment("--image", tiff, "--text", "the ship", "--out", to).done();
            assertEquals(orientation == 1, Files.exists(to.resolve("mask.pgw")));
            assertEquals(orientation != 1, done.err().contains("turned by its orientation"), done.err());
        }
    }

    @Test
    void aSceneMuchLargerThanTheNetworkIsTold() throws IOException {
        BufferedImage large = new BufferedImage(400, 20, BufferedImage.TYPE_INT_RGB);
        Path wide = folder.resolve("wide.png");
        ImageIO.write(large, "png", wide.toFile());
        Cli once =
                segment("--image", wide, "--image", wide, "--text", "the ship").done();
        assertEquals(
                1,
                once.err()
                        .lines()
                        .filter(l -> l.contains("400 x 20 pixels, and the network sees 96 x 96"))
                        .count(),
                once.err());
    }
}
