package dev.swath.fianet.data;

import java.util.SplittableRandom;

/** Changes samples of a training set as they are read. Thread-safe; never changes the arrays that it is given. */
public interface Augmentation {
    /**
     * The changed sample, or the sample itself.
     *
     * @param index of the sample in its data set
     * @param random whatever it draws comes from here and depends on seed, epoch and index only
     */
    Sample apply(Sample sample, int index, SplittableRandom random);
}
