package dev.swath.fianet.image;

import dev.swath.fianet.image.decode.ByteSource;
import dev.swath.fianet.image.decode.Decoder;
import dev.swath.files.Quoted;
import java.awt.Dimension;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes PNG, JPEG and TIFF (also BigTIFF) files into 8-bit RGB: gray, palette, RGB and luma with chroma; samples of 1, 2,
 * 4, 8 and 16 bits; further bands are left out unless they are {@linkplain Bands chosen}. The values are those stored:
 * colour profiles, transparency and gamma are left aside. Samples of 16 bits are stretched: their 2nd percentile over all
 * colour bands becomes 0, the 98th 255. The orientation of a TIFF is followed, that of a JPEG or PNG is not, both as in the
 * published pipelines. Everything else is refused by its name: CMYK and other colours, signed and floating-point samples,
 * compressions that are not read, files that are cut off, and files out of proportion.
 */
public final class Images {
    /** Most pixels that are decoded. */
    public static final long MAX_PIXELS = Decoder.MAX_PIXELS;

    private Images() {}

    /** Decodes a file. */
    public static RgbImage read(Path file) {
        return ImageFile.open(file).read();
    }

    /** Decodes a file whose colours are the given bands; null for the first three, or the only one as gray. */
    public static RgbImage read(Path file, @Nullable Bands bands) {
        return ImageFile.open(file, bands).read();
    }

    /** Decodes an encoded image in memory; {@code name} stands for it in errors. */
    public static RgbImage read(byte[] encoded, String name) {
        return ImageFile.of(encoded, name).read();
    }

    /** Decodes an encoded image in memory as gray: colours by their luma, samples of more than 8 bits as they are. */
    public static GrayImage readGray(byte[] encoded, String name) {
        return ImageFile.of(encoded, name).readGray();
    }

    /**
     * Width and height as the header tells them, without decoding.
     *
     * @param length bytes of the stream, or -1 if it is not to be looked at as far as its end
     */
    public static Dimension size(ImageInputStream in, long length, String name) {
        if (length == 0) {
            throw new ImageException("[image] " + Quoted.rule(name) + ": the file is empty");
        }
        Decoder d = Decoder.of(ByteSource.of(in, length, Quoted.rule(name)), null, true);
        return d.orientation() >= 5 ? new Dimension(d.height(), d.width()) : new Dimension(d.width(), d.height());
    }

    /** The colours of an image in memory; alpha is left out. */
    public static RgbImage of(BufferedImage image) {
        return Pictures.of(image);
    }

    /** The first three bands of a raster, or its first one as gray; more than 8 bits are stretched. */
    public static RgbImage of(Raster raster) {
        return Pictures.of(raster);
    }

    static void checkSize(long width, long height) {
        if (width * height > MAX_PIXELS) {
            throw new ImageException(
                    "[image] an image may have at most " + MAX_PIXELS + " pixels; got " + width + " x " + height);
        }
    }

    /** From planes of red, green and blue, each {@code width * height} values from 0 to 1. */
    public static RgbImage of(float[][] planes, int width, int height) {
        checkSize(width, height);
        if (planes.length != 3 || Arrays.stream(planes).anyMatch(p -> p.length != (long) width * height)) {
            throw new ImageException("[image] there must be three planes of " + width + " x " + height + " values; got "
                    + planes.length + " planes");
        }
        byte[] out = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            for (int c = 0; c < 3; c++) {
                float v = planes[c][i];
                if (!(v >= 0 && v <= 1)) {
                    throw new ImageException("[image] values of float planes must lie in [0, 1]; got " + v);
                }
                out[3 * i + c] = (byte) Math.round(255 * v);
            }
        }
        return new RgbImage(width, height, out);
    }
}
