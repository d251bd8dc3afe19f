package dev.swath.fianet.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.PackedColorModel;
import java.awt.image.Raster;
import java.awt.image.SampleModel;

/** 8-bit colours of what Java programs hold in memory. */
final class Pictures {
    private Pictures() {}

    /**
     * The colours of an image: of a palette, packed samples or colours multiplied by alpha those that {@code getRGB} tells,
     * of other samples the values themselves.
     */
    static RgbImage of(BufferedImage image) {
        ColorModel model = image.getColorModel();
        int space = model.getColorSpace().getType();
        if (space != ColorSpace.TYPE_RGB && space != ColorSpace.TYPE_GRAY) {
            throw new ImageException(
                    "[image] CMYK and other colours than gray, palette and RGB are not read; convert the image to RGB");
        }
        boolean converted = model instanceof IndexColorModel
                || model instanceof PackedColorModel
                || model.hasAlpha() && model.isAlphaPremultiplied() && model.getNumColorComponents() == 3;
        return converted ? converted(image) : of(image.getRaster());
    }

    private static RgbImage converted(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        Images.checkSize(width, height);
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

    /** The first three bands, or the first one as gray. */
    static RgbImage of(Raster raster) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        Images.checkSize(width, height);
        int bands = raster.getNumBands() >= 3 ? 3 : 1;
        int bits = 0;
        for (int b = 0; b < bands; b++) {
            bits = Math.max(bits, raster.getSampleModel().getSampleSize(b));
        }
        requireUnsigned(raster.getSampleModel(), bits);
        byte[] out = new byte[3 * width * height];
        Stretch stretch = bits > 8 ? stretch(raster, bands) : null;
        int[] samples = new int[width];
        for (int b = 0; b < bands; b++) {
            int max = (1 << raster.getSampleModel().getSampleSize(b)) - 1;
            for (int y = 0; y < height; y++) {
                raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, b, samples);
                for (int x = 0; x < width; x++) {
                    // As the JDK scales packed samples of few bits.
                    out[3 * (y * width + x) + b] = stretch != null
                            ? stretch.of(samples[x])
                            : max == 255 ? (byte) samples[x] : (byte) (samples[x] * 255f / max + 0.5f);
                }
            }
        }
        for (int i = 0; bands == 1 && i < out.length; i += 3) {
            out[i + 1] = out[i + 2] = out[i];
        }
        return new RgbImage(width, height, out);
    }

    /** Samples that are numbers of their own, not bits of a packed one, must be of 8 or 16 bits without a sign. */
    private static void requireUnsigned(SampleModel model, int bits) {
        int type = model.getDataType();
        String kind =
                switch (type) {
                    case DataBuffer.TYPE_FLOAT, DataBuffer.TYPE_DOUBLE -> "floating-point numbers";
                    case DataBuffer.TYPE_SHORT -> "signed numbers of 16 bits";
                    case DataBuffer.TYPE_INT ->
                        model instanceof ComponentSampleModel ? "signed numbers of 32 bits" : "";
                    default -> "";
                };
        if (kind.isEmpty() && bits > 16) {
            kind = "numbers of " + bits + " bits";
        }
        if (!kind.isEmpty()) {
            throw new ImageException("[image] the samples are " + kind
                    + "; they must be unsigned integers of 8 or 16 bits, so convert the image");
        }
    }

    private static Stretch stretch(Raster raster, int bands) {
        int[] histogram = new int[Stretch.SAMPLES];
        int[] samples = new int[raster.getWidth()];
        for (int b = 0; b < bands; b++) {
            for (int y = 0; y < raster.getHeight(); y++) {
                raster.getSamples(raster.getMinX(), raster.getMinY() + y, samples.length, 1, b, samples);
                for (int v : samples) {
                    histogram[v]++;
                }
            }
        }
        return new Stretch(histogram);
    }
}
