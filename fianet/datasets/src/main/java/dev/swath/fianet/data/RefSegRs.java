package dev.swath.fianet.data;

import dev.swath.fianet.image.GrayImage;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Quoted;
import dev.swath.kernels.Parallelism;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * RefSegRS in its published layout: {@code images/<id>.tif}, {@code masks/<id>.tif}, {@code
 * output_phrase_{train,val,test}.txt}; a folder or the zip file, in which all may lie in one folder. A mask marks all
 * objects that fit its sentence.
 */
public final class RefSegRs implements ReferringDataset {
    /** A mask's value must be above this to be the object, unless the mask holds nothing but 0 and 1. */
    private static final int THRESHOLD = 50;

    static final List<String> MARKERS =
            List.of(PhraseFile.name(Split.TRAIN), PhraseFile.name(Split.VAL), PhraseFile.name(Split.TEST));

    private final DataRoot root;
    private final DatasetVocabulary vocabulary;
    private final PhraseImages files;
    private final Split split;
    private final List<PhraseFile.Line> lines;

    private RefSegRs(DataRoot root, DatasetVocabulary vocabulary, Split split, List<PhraseFile.Line> lines) {
        this.root = root;
        this.vocabulary = vocabulary;
        this.files = PhraseImages.of(root, vocabulary);
        this.split = split;
        this.lines = lines;
    }

    /** Opens one split of the folder or zip file; throws {@link DataException} if its list cannot be used. */
    public static RefSegRs open(Path path, Split split) {
        return open(path, split, DatasetVocabulary.REFSEGRS);
    }

    /** The same of a data set in this layout with other classes. */
    static RefSegRs open(Path path, Split split, DatasetVocabulary vocabulary) {
        return DataRoot.open(path, opened -> {
            DataRoot root = locate(opened, path);
            return new RefSegRs(
                    root, vocabulary, split, List.copyOf(PhraseFile.read(root, split, Problem.Sink.strict())));
        });
    }

    static DataRoot locate(DataRoot root, Path path) {
        return root.holding(MARKERS)
                .orElseThrow(() -> new DataException("[data] " + Quoted.path(path)
                        + " is not laid out as RefSegRS: there must be images/<id>.tif, masks/<id>.tif and"
                        + " output_phrase_{train,val,test}.txt"));
    }

    /** Where the values of a mask file are the object. */
    static Mask mask(GrayImage gray) {
        int[] values = gray.values();
        int threshold = Arrays.stream(values).max().orElse(0) == 1 ? 0 : THRESHOLD;
        byte[] out = new byte[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) (values[i] > threshold ? 1 : 0);
        }
        return new Mask(gray.width(), gray.height(), out);
    }

    static Mask readMask(DataRoot root, String file) {
        return mask(root.readGray(file));
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
        return lines.size();
    }

    @Override
    public String sentence(int i) {
        return lines.get(i).sentence();
    }

    @Override
    public String category(int i) {
        return Classes.firstNamed(sentence(i), vocabulary).orElse("");
    }

    @Override
    public Sample read(int i) {
        String id = lines.get(i).id();
        RgbImage image = root.readImage(files.image(id));
        Mask mask = readMask(root, files.mask(id));
        if (mask.width() != image.width() || mask.height() != image.height()) {
            throw new DataException("[data] " + root.describe(files.mask(id)) + ": a mask must have its image's size, "
                    + image.width() + " x " + image.height() + "; got " + mask.width() + " x " + mask.height());
        }
        return new Sample(id, image, sentence(i), mask, category(i));
    }

    @Override
    public String fingerprint() {
        Fingerprint sum = new Fingerprint().add(vocabulary.name()).add(split.key());
        lines.forEach(line -> sum.add(line.id()).add(line.sentence()));
        return sum.hex();
    }

    @Override
    public String pixelFingerprint(Parallelism threads) {
        List<String> names = lines.stream()
                .map(PhraseFile.Line::id)
                .distinct()
                .flatMap(id -> Stream.of(files.image(id), files.mask(id)))
                .toList();
        return root.checksums(names, threads);
    }

    @Override
    public void close() {
        root.close();
    }
}
