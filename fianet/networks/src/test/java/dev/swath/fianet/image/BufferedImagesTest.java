package dev.swath.fianet.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.color.ColorSpace;
import java.awt.image.BandedSampleModel;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of image and raster that a Java program may hold: right, or refused in one sentence. */
class BufferedImagesTest {
    private static final int WIDTH = 32;
    private static final int HEIGHT = 24;

    private static BufferedImage picture(int type, int alpha) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, type);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                image.setRGB(x, y, alpha << 24 | x * 8 << 16 | y * 10 << 8 | (x * 4 + y * 3 & 255));
            }
        }
        return image;
    }

    private static byte[] shown(BufferedImage image) {
        byte[] out = new byte[3 * image.getWidth() * image.getHeight()];
        for (int i = 0; i < out.length; i += 3) {
            int rgb = image.getRGB(i / 3 % image.getWidth(), i / 3 / image.getWidth());
            out[i] = (byte) (rgb >> 16);
            out[i + 1] = (byte) (rgb >> 8);
            out[i + 2] = (byte) rgb;
        }
        return out;
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                BufferedImage.TYPE_INT_RGB,
                BufferedImage.TYPE_INT_ARGB,
                BufferedImage.TYPE_INT_ARGB_PRE,
                BufferedImage.TYPE_INT_BGR,
                BufferedImage.TYPE_3BYTE_BGR,
                BufferedImage.TYPE_4BYTE_ABGR,
                BufferedImage.TYPE_4BYTE_ABGR_PRE,
                BufferedImage.TYPE_USHORT_565_RGB,
                BufferedImage.TYPE_USHORT_555_RGB,
                BufferedImage.TYPE_BYTE_BINARY,
                BufferedImage.TYPE_BYTE_INDEXED
            })
    void coloursAreThoseThatAreShown(int type) {
        for (int alpha : new int[] {255, 100}) {
            BufferedImage image = picture(type, alpha);
            assertArrayEquals(shown(image), Images.of(image).rgb());
            BufferedImage part = image.getSubimage(5, 3, 20, 17);
            assertArrayEquals(shown(part), Images.of(part).rgb());
        }
    }

    @Test
    void grayIsTakenAsStored() {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(3, 2, 0, 77);
        RgbImage part = Images.of(image.getSubimage(3, 2, 4, 4));
        assertEquals(77, part.rgb()[0]);
        assertEquals(77, part.rgb()[2]);
        assertEquals(0, part.rgb()[3]);
    }

    @Test
    void packedRastersAreScaled() {
        BufferedImage image = picture(BufferedImage.TYPE_USHORT_565_RGB, 255);
        assertArrayEquals(shown(image), Images.of(image.getRaster()).rgb());
        WritableRaster bits = Raster.createPackedRaster(DataBuffer.TYPE_BYTE, 8, 1, 1, 4, null);
        bits.setSample(2, 0, 0, 15);
        assertEquals((byte) 255, Images.of(bits).rgb()[6]);
    }

    @ParameterizedTest
    @CsvSource({"4,floating", "5,floating", "3,signed numbers of 32 bits", "2,signed numbers of 16 bits"})
    void otherSamplesAreRefused(int type, String kind) {
        WritableRaster banded = Raster.createWritableRaster(new BandedSampleModel(type, 8, 8, 3), null);
        WritableRaster interleaved = Raster.createWritableRaster(
                new java.awt.image.PixelInterleavedSampleModel(type, 8, 8, 4, 32, new int[] {0, 1, 2, 3}), null);
        for (Raster raster : new Raster[] {banded, interleaved, banded.createChild(2, 2, 4, 4, 0, 0, null)}) {
            String message =
                    assertThrows(ImageException.class, () -> Images.of(raster)).getMessage();
            assertTrue(message.contains(kind) && message.contains("8 or 16 bits"), message);
        }
    }

    @Test
    void sixteenBitsAreStretchedWhateverTheLayout() {
        WritableRaster banded = Raster.createBandedRaster(DataBuffer.TYPE_USHORT, 10, 10, 3, null);
        WritableRaster chunky = Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 10, 10, 4, null);
        for (int i = 0; i < 300; i++) {
            banded.setSample(i % 10, i / 10 % 10, i / 100, 200 * i);
            chunky.setSample(i % 10, i / 10 % 10, i / 100, 200 * i);
        }
        byte[] rgb = Images.of(banded).rgb();
        assertArrayEquals(rgb, Images.of(chunky).rgb());
        assertEquals(0, rgb[0]);
        assertEquals((byte) 255, rgb[299]);
    }

    @Test
    void otherColoursAreRefused() {
        ColorSpace lab = ColorSpace.getInstance(ColorSpace.CS_CIEXYZ);
        ComponentColorModel model = new ComponentColorModel(lab, false, false, 1, DataBuffer.TYPE_BYTE);
        BufferedImage image = new BufferedImage(model, model.createCompatibleWritableRaster(4, 4), false, null);
        assertTrue(assertThrows(ImageException.class, () -> Images.of(image))
                .getMessage()
                .contains("other colours"));
    }
}
