package dev.swath.fianet.data;

import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.kernels.Parallelism;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * RRSIS-D in its published layout: {@code rrsisd/refs(unc).p}, {@code rrsisd/instances.json}, {@code
 * images/rrsisd/JPEGImages/*.jpg}; a folder or a zip file, in which all may lie in one folder. A mask marks the one object
 * that its sentence means. Some images are a few pixels larger or smaller than their masks.
 */
public final class RrsisD implements ReferringDataset {
    static final List<String> MARKERS = List.of(Refs.NAME, Instances.NAME);

    private final DataRoot root;
    private final Split split;
    private final List<RrsisDIndex.Item> items;

    private RrsisD(DataRoot root, Split split, List<RrsisDIndex.Item> items) {
        this.root = root;
        this.split = split;
        this.items = items;
    }

    /** Opens one split of the folder or zip file; throws {@link DataException} if its lists cannot be used. */
    public static RrsisD open(Path path, Split split) {
        return DataRoot.open(path, opened -> {
            DataRoot root = locate(opened, path);
            List<RrsisDIndex.Item> items = RrsisDIndex.read(root, Problem.Sink.strict()).stream()
                    .filter(item -> item.in(split))
                    .toList();
            if (items.isEmpty()) {
                throw new DataException(
                        "[data] " + root.describe(Refs.NAME) + ": the split '" + split.key() + "' is empty");
            }
            return new RrsisD(root, split, items);
        });
    }

    static DataRoot locate(DataRoot root, Path path) {
        return root.holding(MARKERS)
                .orElseThrow(() -> new DataException("[data] " + Quoted.path(path)
                        + " is not laid out as RRSIS-D: there must be rrsisd/refs(unc).p (the expressions),"
                        + " rrsisd/instances.json (the masks) and images/rrsisd/JPEGImages/*.jpg"));
    }

    /** The mask, not laid out. */
    static Runs runs(RrsisDIndex.Item item) {
        try {
            return Segmentation.runs(item.segmentation(), item.height(), item.width());
        } catch (DataException e) {
            throw new DataException(
                    "[data] the mask of " + Quoted.text(item.id()) + " cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public DatasetVocabulary vocabulary() {
        return DatasetVocabulary.RRSISD;
    }

    @Override
    public Split split() {
        return split;
    }

    @Override
    public boolean drawn() {
        return DrawnMark.isIn(root);
    }

    @Override
    public int size() {
        return items.size();
    }

    /** The first sentence of triplet i; the published data has only one. */
    @Override
    public String sentence(int i) {
        return items.get(i).sentences().getFirst();
    }

    @Override
    public String category(int i) {
        return items.get(i).category();
    }

    @Override
    public Sample read(int i) {
        return read(items.get(i), sentence(i));
    }

    @Override
    public Sample read(int i, SplittableRandom random) {
        List<String> sentences = items.get(i).sentences();
        return read(items.get(i), sentences.get(sentences.size() == 1 ? 0 : random.nextInt(sentences.size())));
    }

    private Sample read(RrsisDIndex.Item item, String sentence) {
        RgbImage image = root.readImage(item.image());
        return new Sample(item.id(), image, sentence, runs(item).mask(), item.category());
    }

    @Override
    public String fingerprint() {
        Fingerprint sum = new Fingerprint().add(vocabulary().name()).add(split.key());
        for (RrsisDIndex.Item item : items) {
            sum.add(item.id()).add(item.category());
            item.sentences().forEach(sum::add);
        }
        return sum.hex();
    }

    @Override
    public String pixelFingerprint(Parallelism threads) {
        List<String> files =
                items.stream().map(RrsisDIndex.Item::image).distinct().toList();
        Fingerprint sum = new Fingerprint().add(root.checksums(files, threads));
        for (RrsisDIndex.Item item : items) {
            sum.add(item.height() + " x " + item.width()).add(Json.write(item.segmentation(), false));
        }
        return sum.hex();
    }

    @Override
    public void close() {
        root.close();
    }
}
