package dev.swath.fianet.data;

import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Messages;
import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.kernels.Parallelism;
import java.nio.file.Path;
import java.util.List;

/**
 * A data set as newer work hands it around: annotations as {@link JsonLines}, which hold the masks too, and beside them the images where
 * the data set has them, or directly in the folder.
 */
final class JsonLinesDataset implements ReferringDataset {
    private final DataRoot root;
    private final DatasetVocabulary vocabulary;
    private final Split split;
    private final List<JsonLines.Entry> entries;

    private JsonLinesDataset(DataRoot root, DatasetVocabulary vocabulary, Split split, List<JsonLines.Entry> entries) {
        this.root = root;
        this.vocabulary = vocabulary;
        this.split = split;
        this.entries = entries;
    }

    static JsonLinesDataset open(Path path, DatasetVocabulary vocabulary, Split split) {
        return DataRoot.open(path, opened -> {
            DataRoot root = locate(opened, path, vocabulary);
            return new JsonLinesDataset(
                    root,
                    vocabulary,
                    split,
                    List.copyOf(JsonLines.read(root, vocabulary, split, Problem.Sink.strict())));
        });
    }

    static DataRoot locate(DataRoot root, Path path, DatasetVocabulary vocabulary) {
        return root.holding(JsonLines.markers(vocabulary))
                .orElseThrow(() -> new DataException("[data] " + Quoted.path(path) + " holds no annotations of "
                        + vocabulary.title() + " as JSON lines: there must be "
                        + JsonLines.name(vocabulary, Split.TRAIN).replace("train", "{train,val,test}")));
    }

    /** Folders in which images may lie, the usual one first. */
    static List<String> folders(DatasetVocabulary vocabulary) {
        return switch (vocabulary) {
            case RRSISD -> List.of(RrsisDIndex.IMAGES + "/", "JPEGImages/", "images/", "");
            case RISBENCH -> List.of("img_rgb/", "images/", "");
            default -> List.of("images/", "");
        };
    }

    /** Where an image lies; where it should, if it lies nowhere. */
    static String image(DataRoot root, DatasetVocabulary vocabulary, String fileName) {
        List<String> folders = folders(vocabulary);
        return folders.stream()
                .map(f -> f + fileName)
                .filter(root::exists)
                .findFirst()
                .orElse(folders.getFirst() + fileName);
    }

    /** An entry's mask; its size is the image's where the line does not tell it. */
    static Runs runs(JsonLines.Entry entry, int imageHeight, int imageWidth) {
        try {
            return Segmentation.runs(
                    entry.segmentation(),
                    entry.height() == 0 ? imageHeight : entry.height(),
                    entry.width() == 0 ? imageWidth : entry.width());
        } catch (DataException e) {
            throw new DataException(
                    "[data] the mask of " + Quoted.text(entry.id()) + ": " + Messages.withoutPart(e), e);
        }
    }

    @Override
    public DatasetVocabulary vocabulary() {
        return vocabulary;
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
        return entries.size();
    }

    @Override
    public String sentence(int i) {
        return entries.get(i).sentence();
    }

    @Override
    public String category(int i) {
        return entries.get(i).category();
    }

    @Override
    public Sample read(int i) {
        JsonLines.Entry e = entries.get(i);
        RgbImage image = root.readImage(image(root, vocabulary, e.fileName()));
        Mask mask = runs(e, image.height(), image.width()).mask();
        return new Sample(e.id(), image, e.sentence(), mask, e.category());
    }

    @Override
    public String fingerprint() {
        Fingerprint sum = new Fingerprint().add(vocabulary.name()).add(split.key());
        entries.forEach(e -> sum.add(e.id()).add(e.category()).add(e.sentence()));
        return sum.hex();
    }

    @Override
    public String pixelFingerprint(Parallelism threads) {
        List<String> files = entries.stream()
                .map(e -> image(root, vocabulary, e.fileName()))
                .distinct()
                .toList();
        Fingerprint sum = new Fingerprint().add(root.checksums(files, threads));
        for (JsonLines.Entry e : entries) {
            sum.add(e.height() + " x " + e.width()).add(Json.write(e.segmentation(), false));
        }
        return sum.hex();
    }

    @Override
    public void close() {
        root.close();
    }
}
