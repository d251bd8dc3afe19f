package dev.swath.fianet.image;

import java.awt.Dimension;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes PNG, JPEG and TIFF files (8 and 16 bits; gray, palette, RGB; further bands are left out) into 8-bit RGB. A file
 * is refused before its pixels take memory if it is too large, and always if it is truncated; so are CMYK colours and
 * samples that are signed or floating-point numbers. Orientation tags are ignored, as in the published pipelines. Samples
 * of more than 8 bits are stretched: their 2nd percentile over all colour bands becomes 0, the 98th 255.
 */
public final class Images {
    /** Most pixels that are decoded. */
    public static final long MAX_PIXELS = 100_000_000;

    /** The end marker of a JPEG stands among this many last bytes. */
    private static final int TAIL = 4096;

    /** As the readers name them. */
    private static final Set<String> FORMATS = Set.of("png", "jpeg", "jpg", "tiff", "tif");

    private static final double LOW = 0.02;
    private static final double HIGH = 0.98;
    private static final String CMYK =
            "CMYK and other colours than gray, palette and RGB are not read; convert the image to RGB";

    private Images() {}

    /** What is made of a decoded image. */
    @FunctionalInterface
    private interface Use<T> {
        T of(ImageReader reader) throws IOException;
    }

    /** Decodes a file. */
    public static RgbImage read(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw refuse(file, "this is a folder, not an image");
            }
            long size = Files.size(file);
            if (size == 0) {
                throw refuse(file, "the file is empty");
            }
            try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
                return with(in, size, file, reader -> of(decode(file, reader)));
            }
        } catch (NoSuchFileException e) {
            throw refuse(file, "the file does not exist");
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    /** Decodes an encoded image in memory; {@code name} stands for it in errors. */
    public static RgbImage read(byte[] encoded, String name) {
        return with(stream(encoded, name), encoded.length, name, reader -> of(decode(name, reader)));
    }

    /** Decodes an encoded image in memory as gray: colours by their luma, samples of more than 8 bits as they are. */
    public static GrayImage readGray(byte[] encoded, String name) {
        return with(stream(encoded, name), encoded.length, name, reader -> GrayImage.of(decode(name, reader)));
    }

    /**
     * Width and height as the header tells them, without decoding.
     *
     * @param length bytes of the stream, or -1 if it is not to be looked at as far as its end
     */
    public static Dimension size(ImageInputStream in, long length, String name) {
        return with(in, length, name, reader -> checkedSize(name, reader));
    }

    private static ImageInputStream stream(byte[] encoded, String name) {
        if (encoded.length == 0) {
            throw refuse(name, "the file is empty");
        }
        return new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded));
    }

    private static <T> T with(@Nullable ImageInputStream in, long length, Object name, Use<T> use) {
        try {
            if (in != null && length >= 0) {
                checkEnd(name, in, length);
            }
            Iterator<ImageReader> readers =
                    in == null ? List.<ImageReader>of().iterator() : ImageIO.getImageReaders(in);
            ImageReader reader = readers.hasNext() ? readers.next() : null;
            if (reader == null || !FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                throw refuse(name, "this is no image of a kind that is read here: PNG, JPEG or TIFF");
            }
            try {
                reader.setInput(in, true, true);
                return use.of(reader);
            } finally {
                reader.dispose();
            }
        } catch (IOException
                | IndexOutOfBoundsException
                | IllegalArgumentException
                | NegativeArraySizeException
                | ArithmeticException
                | NullPointerException
                | IllegalStateException
                | ClassCastException e) {
            throw damaged(name, e);
        }
    }

    private static ImageException refuse(Object name, String rule) {
        return new ImageException("[image] " + name + ": " + rule);
    }

    private static ImageException damaged(Object name, Exception e) {
        return refuse(
                name,
                "the image is damaged or cut off: "
                        + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
    }

    /** A JPEG decoder fills in what a truncated file lacks, so its end marker is looked for here. */
    private static void checkEnd(Object name, ImageInputStream in, long size) throws IOException {
        boolean jpeg = size >= 2 && in.read() == 0xff && in.read() == 0xd8;
        if (jpeg) {
            byte[] tail = new byte[(int) Math.min(size, TAIL)];
            in.seek(size - tail.length);
            in.readFully(tail);
            int i = tail.length - 2;
            while (i >= 0 && ((tail[i] & 0xff) != 0xff || (tail[i + 1] & 0xff) != 0xd9)) {
                i--;
            }
            if (i < 0) {
                throw refuse(name, "the JPEG is cut off: its end marker is missing");
            }
        }
        in.seek(0);
    }

    private static Dimension checkedSize(Object name, ImageReader reader) throws IOException {
        long width = reader.getWidth(0);
        long height = reader.getHeight(0);
        if (width < 1 || height < 1 || width * height > MAX_PIXELS) {
            throw refuse(
                    name, "the image has " + width + " x " + height + " pixels; from 1 to " + MAX_PIXELS + " are read");
        }
        return new Dimension((int) width, (int) height);
    }

    private static BufferedImage decode(Object name, ImageReader reader) throws IOException {
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((r, warning) -> warnings.add(warning));
        checkedSize(name, reader);
        if (!reader.getImageTypes(0).hasNext()) {
            throw refuse(name, CMYK);
        }
        BufferedImage image = reader.read(0);
        checkColours(name, image);
        for (String warning : warnings) {
            String lower = warning.toLowerCase(Locale.ROOT);
            if (lower.contains("trunc") || lower.contains("premature") || lower.contains("eof")) {
                throw refuse(name, "the image is cut off: " + warning);
            }
        }
        return image;
    }

    private static void checkColours(Object name, BufferedImage image) {
        if (image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_CMYK) {
            throw refuse(name, CMYK);
        }
        int type = image.getRaster().getDataBuffer().getDataType();
        if (type == DataBuffer.TYPE_FLOAT || type == DataBuffer.TYPE_DOUBLE || type == DataBuffer.TYPE_SHORT) {
            throw refuse(name, "the samples must be unsigned integers of 8 or 16 bits; convert the image");
        }
    }

    private static void checkSize(long width, long height) {
        if (width * height > MAX_PIXELS) {
            throw new ImageException(
                    "[image] an image may have at most " + MAX_PIXELS + " pixels; got " + width + " x " + height);
        }
    }

    /** The colours of an image in memory; alpha is left out. */
    public static RgbImage of(BufferedImage image) {
        checkSize(image.getWidth(), image.getHeight());
        ColorModel model = image.getColorModel();
        int width = image.getWidth();
        int height = image.getHeight();
        if (model instanceof IndexColorModel || image.getRaster().getNumBands() == 1 && model.getPixelSize() < 8) {
            byte[] out = new byte[3 * width * height];
            int[] line = new int[width];
            for (int y = 0, at = 0; y < height; y++) {
                image.getRGB(0, y, width, 1, line, 0, width);
                for (int x = 0; x < width; x++) {
                    out[at++] = (byte) (line[x] >> 16);
                    out[at++] = (byte) (line[x] >> 8);
                    out[at++] = (byte) line[x];
                }
            }
            return new RgbImage(width, height, out);
        }
        return of(image.getRaster());
    }

    /** The first three bands of a raster, or its first one as gray; more than 8 bits are stretched. */
    public static RgbImage of(Raster raster) {
        checkSize(raster.getWidth(), raster.getHeight());
        int bands = raster.getNumBands() >= 3 ? 3 : 1;
        int width = raster.getWidth();
        int height = raster.getHeight();
        boolean wide = raster.getDataBuffer().getDataType() != DataBuffer.TYPE_BYTE
                && raster.getSampleModel().getSampleSize(0) > 8;
        int[] limits = wide ? percentiles(raster, bands) : new int[] {0, 255};
        byte[] out = new byte[3 * width * height];
        int[] samples = new int[width];
        for (int b = 0; b < 3; b++) {
            for (int y = 0; y < height; y++) {
                raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, Math.min(b, bands - 1), samples);
                for (int x = 0; x < width; x++) {
                    int v = samples[x];
                    if (wide) {
                        v = Math.clamp(
                                Math.round(255.0 * (v - limits[0]) / Math.max(1, limits[1] - limits[0])), 0, 255);
                    }
                    out[3 * (y * width + x) + b] = (byte) v;
                }
            }
        }
        return new RgbImage(width, height, out);
    }

    private static int[] percentiles(Raster raster, int bands) {
        int width = raster.getWidth();
        int[] histogram = new int[1 << 16];
        int[] samples = new int[width];
        long count = 0;
        for (int b = 0; b < bands; b++) {
            for (int y = 0; y < raster.getHeight(); y++) {
                raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, b, samples);
                for (int v : samples) {
                    histogram[Math.clamp(v, 0, 0xffff)]++;
                    count++;
                }
            }
        }
        return new int[] {rank(histogram, (long) (LOW * (count - 1))), rank(histogram, (long) (HIGH * (count - 1)))};
    }

    private static int rank(int[] histogram, long rank) {
        long below = 0;
        for (int v = 0; v < histogram.length; v++) {
            below += histogram[v];
            if (below > rank) {
                return v;
            }
        }
        return histogram.length - 1;
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
