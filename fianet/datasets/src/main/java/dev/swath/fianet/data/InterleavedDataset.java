package dev.swath.fianet.data;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.kernels.Parallelism;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Two or more data sets as one, a triplet of each in turn; it ends where the one whose turn it is has no more. */
public final class InterleavedDataset implements ReferringDataset {
    private final List<ReferringDataset> parts;

    /** Of data sets of the same split, which are closed with this one. */
    public InterleavedDataset(List<ReferringDataset> parts) {
        this.parts = List.copyOf(parts);
        if (parts.isEmpty()
                || parts.stream().map(ReferringDataset::split).distinct().count() != 1) {
            throw new DataException("[data] at least one data set is needed, all of the same split; got "
                    + parts.stream().map(p -> p.split().key()).toList());
        }
    }

    private ReferringDataset part(int i) {
        return parts.get(i % parts.size());
    }

    @Override
    public DatasetVocabulary vocabulary() {
        DatasetVocabulary first = parts.getFirst().vocabulary();
        return parts.stream().allMatch(p -> p.vocabulary() == first) ? first : DatasetVocabulary.BOTH;
    }

    @Override
    public Split split() {
        return parts.getFirst().split();
    }

    /** Whether any part is. */
    @Override
    public boolean drawn() {
        return parts.stream().anyMatch(ReferringDataset::drawn);
    }

    @Override
    public int size() {
        int n = parts.size();
        return IntStream.range(0, n).map(k -> parts.get(k).size() * n + k).min().orElse(0);
    }

    @Override
    public String sentence(int i) {
        return part(i).sentence(i / parts.size());
    }

    @Override
    public String category(int i) {
        return part(i).category(i / parts.size());
    }

    @Override
    public Sample read(int i) {
        return part(i).read(i / parts.size());
    }

    @Override
    public Sample read(int i, SplittableRandom random) {
        return part(i).read(i / parts.size(), random);
    }

    @Override
    public String fingerprint() {
        return parts.stream().map(ReferringDataset::fingerprint).collect(Collectors.joining("+"));
    }

    @Override
    public String pixelFingerprint(Parallelism threads) {
        List<String> sums = parts.stream().map(p -> p.pixelFingerprint(threads)).toList();
        return sums.stream().allMatch(String::isEmpty) ? "" : String.join("+", sums);
    }

    @Override
    public void close() {
        parts.forEach(ReferringDataset::close);
    }
}
