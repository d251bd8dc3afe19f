package dev.swath.fianet.data;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.kernels.Parallelism;
import java.util.SplittableRandom;

/**
 * One split of a data set of triplets (image, sentence, mask). The order is that of the files. Reading is thread-safe and
 * reads one sample at a time.
 */
public interface ReferringDataset extends AutoCloseable {
    /** Whose classes and sentence length apply. */
    DatasetVocabulary vocabulary();

    /** Which split this is. */
    Split split();

    /** Whether the scenes are drawn by Swath: published figures of the data set whose classes they have say nothing about them. */
    default boolean drawn() {
        return false;
    }

    /** Number of triplets. */
    int size();

    /** The sentence of triplet i, without reading its image. */
    String sentence(int i);

    /** The category of triplet i, without reading its image. */
    String category(int i);

    /** Reads triplet i; throws {@link DataException} in one sentence if a file is missing or broken. */
    Sample read(int i);

    /** Reads triplet i with one of its sentences drawn; most data sets have one sentence a triplet and draw nothing. */
    default Sample read(int i, SplittableRandom random) {
        return read(i);
    }

    /** A fingerprint of what the split lists (ids, sentences, not pixels), for the provenance of a checkpoint. */
    String fingerprint();

    /**
     * A fingerprint of the images and masks of the split, whatever their names: length and CRC-32 of each file, so that a folder and
     * its zip file have the same. Files of a folder are read for it; throws {@link DataException} if one cannot be. Empty for data
     * without files, which {@link #fingerprint} tells all about.
     */
    default String pixelFingerprint(Parallelism threads) {
        return "";
    }

    @Override
    void close();
}
