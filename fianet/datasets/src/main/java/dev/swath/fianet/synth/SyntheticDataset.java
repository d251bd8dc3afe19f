package dev.swath.fianet.synth;

import dev.swath.fianet.data.DataException;
import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.data.Sample;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.text.DatasetVocabulary;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Scenes as a data set that is drawn when it is read and takes no room on a disk: triplet i is triplet i of the {@link
 * SyntheticScenes}. The sentence of a triplet is found without drawing its picture, and is remembered.
 */
public final class SyntheticDataset implements ReferringDataset {
    private final SyntheticScenes scenes;
    private final Split split;
    private final AtomicReferenceArray<SyntheticScenes.Words> words;

    /** The first {@code count} triplets. */
    public SyntheticDataset(SyntheticScenes scenes, Split split, int count) {
        if (count < 1) {
            throw new DataException("[synth] a data set must have at least one triplet; got " + count);
        }
        this.scenes = scenes;
        this.split = split;
        this.words = new AtomicReferenceArray<>(count);
    }

    @Override
    public DatasetVocabulary vocabulary() {
        return scenes.format();
    }

    @Override
    public Split split() {
        return split;
    }

    @Override
    public boolean drawn() {
        return true;
    }

    @Override
    public int size() {
        return words.length();
    }

    @Override
    public String sentence(int i) {
        return words(i).sentence();
    }

    @Override
    public String category(int i) {
        return words(i).category();
    }

    private SyntheticScenes.Words words(int i) {
        SyntheticScenes.Words known = words.get(i);
        if (known == null) {
            known = scenes.words(i);
            words.set(i, known);
        }
        return known;
    }

    @Override
    public Sample read(int i) {
        SyntheticScenes.Triplet t = scenes.triplet(i);
        words.set(i, new SyntheticScenes.Words(t.sentence(), t.category()));
        return new Sample(Integer.toString(i), t.image(), t.sentence(), t.mask(), t.category());
    }

    /** Format, seed, size and count say all: the scenes follow from them. */
    @Override
    public String fingerprint() {
        return "synth-" + SyntheticScenes.VERSION + "-" + scenes.format().name().toLowerCase(Locale.ROOT) + "-seed"
                + scenes.seed() + "-size" + scenes.size() + "-count" + size();
    }

    @Override
    public void close() {}
}
