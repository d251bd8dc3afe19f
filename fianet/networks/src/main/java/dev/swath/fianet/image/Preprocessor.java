package dev.swath.fianet.image;

import dev.swath.tensor.Tensor;
import java.util.List;

/**
 * From an image to the network's input.
 *
 * @param size side in pixels of the square that the image is resized to
 * @param mean taken off each of red, green, blue, after division by 255
 * @param deviation what each is then divided by
 */
public record Preprocessor(int size, List<Double> mean, List<Double> deviation) {
    /** Copies and checks. */
    public Preprocessor {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (size < 1 || size > 8192 || mean.size() != 3 || deviation.size() != 3) {
            throw new ImageException(
                    "[preprocess] the size must lie in [1, 8192] with three means and deviations; got size " + size);
        }
    }

    /** The statistics of ImageNet, as all published models use them. */
    public static Preprocessor imageNet(int size) {
        return new Preprocessor(size, List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));
    }

    /** The image as (1, size, size, 3), f32. */
    public Tensor apply(RgbImage image) {
        return normalised(PillowResize.bilinear(image, size, size));
    }

    /** The image in the file as (1, size, size, 3), f32, resized as its rows come in. */
    public Tensor apply(ImageFile image) {
        return normalised(image.resized(size, size));
    }

    private Tensor normalised(RgbImage square) {
        float[] out = new float[3 * size * size];
        for (int i = 0; i < out.length; i++) {
            float unit = (square.rgb()[i] & 0xff) / 255f;
            out[i] =
                    (unit - mean.get(i % 3).floatValue()) / deviation.get(i % 3).floatValue();
        }
        return Tensor.of(out, 1, size, size, 3);
    }

    /** The image that {@link #apply} turned into these values: (H, W, 3) or (1, H, W, 3). */
    public RgbImage restore(Tensor values) {
        float[] in = values.toFloatArray();
        byte[] out = new byte[in.length];
        for (int i = 0; i < out.length; i++) {
            double unit = in[i] * deviation.get(i % 3) + mean.get(i % 3);
            out[i] = (byte) Math.clamp(Math.round(255 * unit), 0, 255);
        }
        return new RgbImage(values.dim(-2), values.dim(-3), out);
    }
}
