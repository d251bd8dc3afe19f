package dev.swath.fianet.draw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.fianet.image.ImageFile;
import dev.swath.fianet.image.Images;
import dev.swath.fianet.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures written row by row are read by the JDK as what they were. */
class RowPngTest {
    private static final int WIDTH = 211;
    private static final int HEIGHT = 97;

    @Test
    void masksProbabilitiesAndOverlaysAreWhole(@TempDir Path folder) throws IOException {
        SplittableRandom random = new SplittableRandom(4);
        byte[] rgb = new byte[3 * WIDTH * HEIGHT];
        boolean[] mask = new boolean[WIDTH * HEIGHT];
        float[] probability = new float[WIDTH * HEIGHT];
        for (int i = 0; i < mask.length; i++) {
            rgb[3 * i] = (byte) (i / 7);
            rgb[3 * i + 1] = (byte) random.nextInt(256);
            rgb[3 * i + 2] = (byte) (i / WIDTH);
            mask[i] = i % WIDTH > 20 && i % WIDTH < 90 && i > 30 * WIDTH && i < 70 * WIDTH;
            probability[i] = random.nextFloat();
        }
        RgbImage image = new RgbImage(WIDTH, HEIGHT, rgb);
        Overlays.writeMask(folder.resolve("mask.png"), mask, WIDTH, HEIGHT);
        Overlays.writeProbability(
                folder.resolve("probability.png"),
                (y, row) -> System.arraycopy(probability, y * WIDTH, row, 0, WIDTH),
                WIDTH,
                HEIGHT);
        Overlays.writeOverlay(folder.resolve("overlay.png"), image, mask);
        BufferedImage masked = ImageIO.read(folder.resolve("mask.png").toFile());
        BufferedImage likely = ImageIO.read(folder.resolve("probability.png").toFile());
        for (int i = 0; i < mask.length; i++) {
            assertEquals(mask[i] ? 255 : 0, masked.getRaster().getSample(i % WIDTH, i / WIDTH, 0));
            assertEquals(Math.round(255 * probability[i]), likely.getRaster().getSample(i % WIDTH, i / WIDTH, 0));
        }
        byte[] shown =
                Images.of(ImageIO.read(folder.resolve("overlay.png").toFile())).rgb();
        assertArrayEquals(Images.of(Overlays.overlay(image, mask)).rgb(), shown);
        // The same from the image's file, and the image itself where the mask is not.
        Overlays.writeOverlay(folder.resolve("plain.png"), image, new boolean[mask.length]);
        assertArrayEquals(rgb, Images.read(folder.resolve("plain.png")).rgb());
        Overlays.writeOverlay(folder.resolve("again.png"), ImageFile.open(folder.resolve("plain.png")), mask);
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("overlay.png")), Files.readAllBytes(folder.resolve("again.png")));
    }
}
