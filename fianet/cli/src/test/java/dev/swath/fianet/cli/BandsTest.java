package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.TinyModel;
import dev.swath.fianet.image.Bands;
import dev.swath.fianet.image.ImageException;
import dev.swath.fianet.image.ImageFile;
import dev.swath.fianet.image.Images;
import dev.swath.fianet.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which bands of an image are its colours, by {@code --bands} and in Java: the same answer as of a picture of just these. */
class BandsTest {
    static final int WIDTH = 40;
    static final int HEIGHT = 24;

    @TempDir
    Path folder;

    private Path model;
    private Path four;

    /** Four bands of noise, each by itself: red, green, blue, near infrared. */
    private final byte[][] bands = new byte[4][WIDTH * HEIGHT];

    @BeforeEach
    void files() throws IOException {
        model = TinyModel.write(folder.resolve("model"));
        SplittableRandom random = new SplittableRandom(12);
        for (byte[] band : bands) {
            random.nextBytes(band);
        }
        four = Files.write(folder.resolve("four.tif"), tiff(bands));
    }

    /** Eight bits a sample, chunky, one strip, not compressed; one band is gray. */
    static byte[] tiff(byte[]... bands) {
        int n = bands.length;
        int[][] tags = {
            {256, WIDTH},
            {257, HEIGHT},
            {258, 8},
            {259, 1},
            {262, n >= 3 ? 2 : 1},
            {273, 8},
            {277, n},
            {278, HEIGHT},
            {279, n * WIDTH * HEIGHT}
        };
        int directory = 8 + n * WIDTH * HEIGHT;
        int depths = directory + 2 + 12 * tags.length + 4;
        ByteBuffer b = ByteBuffer.allocate(depths + 2 * n).order(ByteOrder.LITTLE_ENDIAN);
        b.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(directory);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            for (byte[] band : bands) {
                b.put(band[i]);
            }
        }
        b.putShort((short) tags.length);
        for (int[] tag : tags) {
            boolean many = tag[0] == 258 && n > 2;
            b.putShort((short) tag[0]).putShort((short) (tag[0] == 258 ? 3 : 4));
            b.putInt(many ? n : 1).putInt(many ? depths : tag[1]);
        }
        b.putInt(0);
        for (int i = 0; i < n; i++) {
            b.putShort((short) 8);
        }
        return b.array();
    }

    /** A PNG of three of the bands. */
    private Path png(String name, int red, int green, int blue) throws IOException {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            image.setRGB(
                    i % WIDTH,
                    i / WIDTH,
                    (bands[red - 1][i] & 0xff) << 16 | (bands[green - 1][i] & 0xff) << 8 | bands[blue - 1][i] & 0xff);
        }
        Path file = folder.resolve(name);
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    private Cli segment(Path image, Path out, Object... more) {
        List<Object> args = new ArrayList<>(
                List.of("segment", "--weights", model, "--image", image, "--text", "the ship", "--out", out));
        args.addAll(List.of(more));
        return Cli.run(args.toArray());
    }

    @ParameterizedTest
    @CsvSource({"1,2,3", "4,3,2", "3,1,4", "4,4,4", "2,2,1"})
    void theAnswerIsThatOfAPictureOfTheseBands(int red, int green, int blue) throws IOException {
        Path alone = png("alone.png", red, green, blue);
        segment(alone, folder.resolve("a")).done();
        segment(four, folder.resolve("b"), "--bands", red + "," + green + "," + blue)
                .done();
        for (String name : List.of("mask.png", "probability.png", "overlay.png")) {
            assertArrayEquals(
                    Files.readAllBytes(folder.resolve("a").resolve(name)),
                    Files.readAllBytes(folder.resolve("b").resolve(name)),
                    name);
        }
        RgbImage want = Images.read(alone);
        Bands chosen = new Bands(red, green, blue);
        assertArrayEquals(want.rgb(), Images.read(four, chosen).rgb());
        try (ReferringSegmenter segmenter = ReferringSegmenter.open(model, TinyModel.options())) {
            assertArrayEquals(
                    segmenter.segment(want, "the ship").logits().toFloatArray(),
                    segmenter
                            .segment(ImageFile.open(four, chosen), "the ship")
                            .logits()
                            .toFloatArray());
        }
    }

    /** Without a word the first three are red, green and blue; others give another answer. */
    @Test
    void theFirstThreeAreTaken() throws IOException {
        assertArrayEquals(
                Images.read(four).rgb(), Images.read(four, new Bands(1, 2, 3)).rgb());
        segment(four, folder.resolve("a")).done();
        segment(four, folder.resolve("b"), "--bands", "4,3,2").done();
        assertFalse(Arrays.equals(
                Files.readAllBytes(folder.resolve("a/probability.png")),
                Files.readAllBytes(folder.resolve("b/probability.png"))));
    }

    @Test
    void aGrayPictureHasOneBand() throws IOException {
        Path gray = Files.write(folder.resolve("gray.tif"), tiff(bands[3]));
        segment(gray, folder.resolve("a")).done();
        segment(gray, folder.resolve("b"), "--bands", "1,1,1").done();
        segment(four, folder.resolve("c"), "--bands", "4,4,4").done();
        byte[] want = Files.readAllBytes(folder.resolve("a/probability.png"));
        assertArrayEquals(want, Files.readAllBytes(folder.resolve("b/probability.png")));
        assertArrayEquals(want, Files.readAllBytes(folder.resolve("c/probability.png")));
        segment(gray, folder.resolve("d"), "--bands", "1,2,3")
                .refused(1, "gray.tif", "band 3 was asked for, but the image has 1 band");
        assertEquals(
                "[image] " + gray + ": band 3 was asked for, but the image has 1 band",
                assertThrows(ImageException.class, () -> ImageFile.open(gray, new Bands(3, 2, 1)))
                        .getMessage());
    }

    @Test
    void bandsThatAreNotThere() throws IOException {
        segment(four, folder.resolve("a"), "--bands", "5,3,2")
                .refused(1, "four.tif", "band 5 was asked for, but the image has 4 bands");
        Path png = png("rgb.png", 1, 2, 3);
        segment(png, folder.resolve("a"), "--bands", "4,3,2")
                .refused(1, "rgb.png", "band 4 was asked for, but the image has 3 bands");
        segment(four, folder.resolve("a"), "--bands", "0,3,2")
                .refused(2, "--bands: bands are counted from 1; got 0, 3 and 2");
        segment(four, folder.resolve("a"), "--bands", "-1,3,2").refused(2, "--bands");
        segment(four, folder.resolve("a"), "--bands", "4,3").refused(2, "--bands names three bands", "got 2");
        segment(four, folder.resolve("a"), "--bands", "4,3,2,1").refused(2, "--bands names three bands", "got 4");
        segment(four, folder.resolve("a"), "--bands", "red,3,2").refused(2, "--bands", "red");
        segment(four, folder.resolve("a"), "--bands", "99999999999,3,2").refused(2, "--bands");
        assertFalse(Files.exists(folder.resolve("a/mask.png")));
    }

    /** Of several pictures those that have the bands are done, the others told. */
    @Test
    void amongSeveralPictures() throws IOException {
        Path png = png("rgb.png", 1, 2, 3);
        Path out = folder.resolve("out");
        Cli some = segment(four, out, "--image", png, "--bands", "4,3,2");
        assertEquals(1, some.code());
        assertTrue(
                some.err().contains("rgb.png: band 4 was asked for, but the image has 3 bands")
                        && some.err().contains("1 of 2 images"),
                some.err());
        List<List<String>> rows = Csv.rows(Files.readString(out.resolve("results.csv")), ',');
        assertEquals(3, rows.size());
        assertEquals("", rows.get(1).get(13));
        assertTrue(rows.get(2).get(13).contains("band 4"), rows.get(2).toString());
    }
}
