package dev.swath.bench.peers;

import dev.swath.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A made-up scene and sentence of any size, the same on every machine.
 *
 * @param picture the scene as 8-bit RGB
 * @param input the same scene normalised, and the sentence
 */
public record SyntheticInput(BufferedImage picture, FiaNetInput input) {
    private static final double[] MEAN = {0.485, 0.456, 0.406};
    private static final double[] DEVIATION = {0.229, 0.224, 0.225};
    private static final int FIRST_WORD = 1200;
    private static final int START = 101;
    private static final int END = 102;

    /**
     * One sample for a vocabulary of BERT's size.
     *
     * @param words length of the padded sentence; about three quarters of it are words
     */
    public static SyntheticInput of(int height, int width, int words, long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("SplittableRandom").create(seed);
        BufferedImage picture = texture(height, width, random);
        long[] ids = new long[words];
        long[] context = new long[words];
        long[] object = new long[words];
        long[] position = new long[words];
        int used = Math.max(4, words * 3 / 4);
        for (int i = 0; i < used; i++) {
            ids[i] = FIRST_WORD + random.nextInt(20000);
            context[i] = 1;
        }
        ids[0] = START;
        ids[used - 1] = END;
        object[2] = 1;
        object[3] = 1;
        for (int i = used / 2; i < used - 1; i++) {
            position[i] = 1;
        }
        Tensor image = Tensor.of(normalise(picture), 1, 3, height, width);
        return new SyntheticInput(
                picture,
                new FiaNetInput(
                        image,
                        Tensor.of(ids, 1, words),
                        Tensor.of(context, 1, words),
                        Tensor.of(object, 1, words),
                        Tensor.of(position, 1, words)));
    }

    /** Coloured rectangles under pixel noise. */
    private static BufferedImage texture(int height, int width, RandomGenerator random) {
        int[][] base = new int[height * width][3];
        for (int patch = 0; patch < 200; patch++) {
            int[] colour = {random.nextInt(256), random.nextInt(256), random.nextInt(256)};
            int top = random.nextInt(height);
            int left = random.nextInt(width);
            int bottom = Math.min(height, top + 4 + random.nextInt(80));
            int right = Math.min(width, left + 4 + random.nextInt(80));
            for (int row = top; row < bottom; row++) {
                for (int column = left; column < right; column++) {
                    base[row * width + column] = colour;
                }
            }
        }
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < base.length; pixel++) {
            int rgb = 0;
            for (int channel = 0; channel < 3; channel++) {
                int value = base[pixel][channel] + random.nextInt(-24, 25);
                rgb = rgb << 8 | Math.clamp(value, 0, 255);
            }
            picture.setRGB(pixel % width, pixel / width, rgb);
        }
        return picture;
    }

    /** Channels first, each pixel/255 less the channel's mean, over its deviation. */
    private static float[] normalise(BufferedImage picture) {
        int width = picture.getWidth();
        int size = width * picture.getHeight();
        float[] image = new float[3 * size];
        for (int pixel = 0; pixel < size; pixel++) {
            int rgb = picture.getRGB(pixel % width, pixel / width);
            for (int channel = 0; channel < 3; channel++) {
                int value = rgb >> (16 - 8 * channel) & 0xff;
                image[channel * size + pixel] = (float) ((value / 255.0 - MEAN[channel]) / DEVIATION[channel]);
            }
        }
        return image;
    }
}
