package dev.swath.fianet.data;

import dev.swath.fianet.text.DatasetVocabulary;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which data set a folder or zip file holds, and in what form: found by the lists that are there. Annotations as JSON lines come first,
 * since they are put beside a data set's own lists on purpose.
 *
 * @param dataset whose classes and sentence length apply
 * @param form of the lists
 */
public record Layout(DatasetVocabulary dataset, Form form) {
    /** Forms of a data set's lists. */
    public enum Form {
        /** {@code output_phrase_<split>.txt}, with images and masks as files. */
        PHRASES,
        /** {@code refs(unc).p} and {@code instances.json}. */
        REFER,
        /** {@code datainfo/<data set>_<split>.jsonl}. */
        JSON_LINES
    }

    private static final List<DatasetVocabulary> DATASETS =
            List.of(DatasetVocabulary.REFSEGRS, DatasetVocabulary.RRSISD, DatasetVocabulary.RISBENCH);

    /** What is there; nothing if it is none of the data sets. */
    public static Optional<Layout> detect(Path path) {
        try (DataRoot root = DataRoot.open(path)) {
            List<DatasetVocabulary> lines = DATASETS.stream()
                    .filter(d -> root.holding(JsonLines.markers(d)).isPresent())
                    .toList();
            // Lists of all three are often handed around together; the images tell which are meant.
            return lines.stream()
                    .filter(d -> hasImages(root, d))
                    .findFirst()
                    .or(() -> lines.stream().findFirst())
                    .map(d -> new Layout(d, Form.JSON_LINES))
                    .or(() -> root.holding(RrsisD.MARKERS).map(r -> new Layout(DatasetVocabulary.RRSISD, Form.REFER)))
                    .or(() ->
                            root.holding(RefSegRs.MARKERS).map(r -> new Layout(PhraseImages.dataset(r), Form.PHRASES)));
        }
    }

    private static boolean hasImages(DataRoot root, DatasetVocabulary dataset) {
        String folder = JsonLinesDataset.folders(dataset).getFirst().replaceFirst("/$", "");
        return root.holding(JsonLines.markers(dataset))
                .filter(r -> !r.list(folder).isEmpty())
                .isPresent();
    }

    /**
     * The form in which a folder or zip file holds this data set, or the data set that is there if {@code dataset} is null. What is not
     * there at all is taken for the data set's own form, and found missing when it is opened.
     */
    public static Optional<Layout> detect(Path path, @Nullable DatasetVocabulary dataset) {
        if (dataset == null) {
            return detect(path);
        }
        try (DataRoot root = DataRoot.open(path)) {
            boolean lines = root.holding(JsonLines.markers(dataset)).isPresent();
            boolean phrases = root.holding(RefSegRs.MARKERS).isPresent();
            return Optional.of(new Layout(
                    dataset,
                    switch (dataset) {
                        case REFSEGRS -> lines ? Form.JSON_LINES : Form.PHRASES;
                        case RRSISD -> lines ? Form.JSON_LINES : Form.REFER;
                        case RISBENCH -> lines || !phrases ? Form.JSON_LINES : Form.PHRASES;
                        case BOTH ->
                            throw new DataException("[data] a data set is refsegrs, rrsisd or risbench; got both");
                    }));
        }
    }

    /** Opens one split; throws {@link DataException} if its lists cannot be used. */
    public ReferringDataset open(Path path, Split split) {
        return switch (form) {
            case PHRASES -> RefSegRs.open(path, split, dataset);
            case REFER -> RrsisD.open(path, split);
            case JSON_LINES -> JsonLinesDataset.open(path, dataset, split);
        };
    }

    /** For people, such as "rrsisd as JSON lines". */
    public String describe() {
        return dataset.name().toLowerCase(Locale.ROOT) + (form == Form.JSON_LINES ? " as JSON lines" : "");
    }
}
