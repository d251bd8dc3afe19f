package dev.swath.fianet.data;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.kernels.Parallelism;
import java.util.SplittableRandom;

/**
 * A data set in which each image has another triplet's sentence, while masks and categories stay. A model that reads must
 * do much worse on it than on the data set itself.
 */
public final class ShuffledSentences implements ReferringDataset {
    private final ReferringDataset dataset;
    private final int[] from;

    /** Exchanges the sentences by seed; no triplet keeps its own. */
    public ShuffledSentences(ReferringDataset dataset, long seed) {
        this.dataset = dataset;
        int n = dataset.size();
        if (n < 2) {
            throw new DataException(
                    "[data] sentences can be exchanged among at least two triplets; the split has " + n);
        }
        // The triplets stand in a random circle and each takes the sentence of the next.
        int[] circle = Order.of(n, new SplittableRandom(seed));
        this.from = new int[n];
        for (int i = 0; i < n; i++) {
            from[circle[i]] = circle[(i + 1) % n];
        }
    }

    @Override
    public DatasetVocabulary vocabulary() {
        return dataset.vocabulary();
    }

    @Override
    public Split split() {
        return dataset.split();
    }

    @Override
    public boolean drawn() {
        return dataset.drawn();
    }

    @Override
    public int size() {
        return dataset.size();
    }

    @Override
    public String sentence(int i) {
        return dataset.sentence(from[i]);
    }

    @Override
    public String category(int i) {
        return dataset.category(i);
    }

    @Override
    public Sample read(int i) {
        Sample own = dataset.read(i);
        return new Sample(own.id(), own.image(), sentence(i), own.mask(), own.category());
    }

    @Override
    public String fingerprint() {
        Fingerprint sum = new Fingerprint().add(dataset.fingerprint());
        for (int i = 0; i < size(); i++) {
            sum.add(sentence(i));
        }
        return sum.hex();
    }

    @Override
    public String pixelFingerprint(Parallelism threads) {
        return dataset.pixelFingerprint(threads);
    }

    /** Closes the data set itself. */
    @Override
    public void close() {
        dataset.close();
    }
}
