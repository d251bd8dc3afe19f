package dev.swath.fianet.data;

import dev.swath.fianet.image.RgbImage;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * The published augmentation of RRSIS-D: a fifth of the samples, chosen once for good, get 20 to 60 black squares of 32 x
 * 32 pixels each time they are read. As published, the width bounds the places along both axes; squares are cut at the
 * lower edge of an image that is wider than high. The mask stays.
 */
public final class BlackSquares implements Augmentation {
    private static final double SHARE = 0.2;
    private static final int SIDE = 32;
    private static final int FEWEST = 20;
    private static final int MOST = 60;

    private final BitSet chosen = new BitSet();

    /** Chooses among {@code samples} samples by the seed. */
    public BlackSquares(int samples, long seed) {
        int[] order = Order.of(samples, new SplittableRandom(seed));
        for (int i = 0; i < (int) (SHARE * samples); i++) {
            chosen.set(order[i]);
        }
    }

    /** Whether that sample gets squares. */
    public boolean isChosen(int index) {
        return chosen.get(index);
    }

    @Override
    public Sample apply(Sample sample, int index, SplittableRandom random) {
        if (!isChosen(index)) {
            return sample;
        }
        RgbImage image = sample.image();
        byte[] rgb = image.rgb().clone();
        int places = Math.max(0, image.width() - SIDE) + 1;
        int squares = random.nextInt(FEWEST, MOST + 1);
        for (int i = 0; i < squares; i++) {
            int left = random.nextInt(places);
            int top = random.nextInt(places);
            for (int y = top; y < Math.min(top + SIDE, image.height()); y++) {
                int from = 3 * (y * image.width() + left);
                int to = 3 * (y * image.width() + Math.min(left + SIDE, image.width()));
                Arrays.fill(rgb, from, to, (byte) 0);
            }
        }
        RgbImage black = new RgbImage(image.width(), image.height(), rgb);
        return new Sample(sample.id(), black, sample.sentence(), sample.mask(), sample.category());
    }
}
