package dev.swath.fianet.data;

import dev.swath.fianet.image.ImageException;
import dev.swath.fianet.image.Images;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.FileFaults;
import dev.swath.files.Quoted;
import dev.swath.kernels.Parallelism;
import java.awt.Dimension;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import javax.imageio.stream.ImageInputStream;

/**
 * Looks through a whole data set for whatever would stop training or surprise: missing, unreadable, wrongly sized,
 * unmatched, duplicated and unused items. By default of each image only the header is read (in a folder also a JPEG's
 * end) and run-length masks are decoded; deep, every image and mask file is decoded too.
 */
public final class DatasetCheck {
    /**
     * What was found.
     *
     * @param dataset which layout
     * @param path of the folder or zip file
     * @param deep whether images were decoded
     * @param triplets usable entries of each split, by its name
     * @param problems in the order of splits and items
     */
    public record Report(
            DatasetVocabulary dataset, Path path, boolean deep, Map<String, Integer> triplets, List<Problem> problems) {
        /** Copies. */
        public Report {
            triplets = Collections.unmodifiableMap(new LinkedHashMap<>(triplets));
            problems = List.copyOf(problems);
        }

        /** Number of problems of one severity. */
        public long count(Problem.Severity severity) {
            return problems.stream()
                    .filter(p -> p.kind().severity() == severity)
                    .count();
        }

        /** Whether training would stop. */
        public boolean hasErrors() {
            return count(Problem.Severity.ERROR) > 0;
        }
    }

    private final DataRoot root;
    private final boolean deep;
    private final Parallelism parallelism;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Integer> triplets = new LinkedHashMap<>();

    private DatasetCheck(DataRoot root, boolean deep, Parallelism parallelism) {
        this.root = root;
        this.deep = deep;
        this.parallelism = parallelism;
    }

    /** Which layout a folder or zip file has; nothing if it is neither. */
    public static Optional<DatasetVocabulary> detect(Path path) {
        try (DataRoot root = DataRoot.open(path)) {
            return root.holding(RrsisD.MARKERS).isPresent()
                    ? Optional.of(DatasetVocabulary.RRSISD)
                    : root.holding(RefSegRs.MARKERS).map(r -> DatasetVocabulary.REFSEGRS);
        }
    }

    /** Checks all splits. Throws {@link DataException} only if the layout is not there at all. */
    public static Report run(Path path, DatasetVocabulary dataset, boolean deep, Parallelism parallelism) {
        try (DataRoot opened = DataRoot.open(path)) {
            boolean refSegRs = dataset == DatasetVocabulary.REFSEGRS;
            DataRoot root = refSegRs ? RefSegRs.locate(opened, path) : RrsisD.locate(opened, path);
            DatasetCheck check = new DatasetCheck(root, deep, parallelism);
            if (refSegRs) {
                check.refSegRs();
            } else {
                check.rrsisD();
            }
            return new Report(dataset, path, deep, check.triplets, check.problems);
        }
    }

    private void refSegRs() {
        Map<String, Set<String>> splitsOfId = new LinkedHashMap<>();
        Map<String, String> firstSplit = new LinkedHashMap<>();
        for (Split split : Split.values()) {
            List<PhraseFile.Line> lines = List.of();
            try {
                lines = PhraseFile.read(root, split, problems::add);
            } catch (DataException e) {
                add(Problem.Kind.BROKEN_LIST, split.key(), PhraseFile.name(split), e.getMessage());
            }
            triplets.put(split.key(), lines.size());
            Set<PhraseFile.Line> seen = new HashSet<>();
            for (PhraseFile.Line line : lines) {
                firstSplit.putIfAbsent(line.id(), split.key());
                splitsOfId.computeIfAbsent(line.id(), id -> new TreeSet<>()).add(split.key());
                if (!seen.add(line)) {
                    String text = "the id " + Quoted.text(line.id()) + " occurs twice with the same expression";
                    add(Problem.Kind.DUPLICATE_ID, split.key(), line.id(), text);
                }
                nameClass(line.sentence(), DatasetVocabulary.REFSEGRS, split.key(), line.id());
            }
        }
        splitsOfId.forEach((id, splits) -> {
            if (splits.size() > 1) {
                add(
                        Problem.Kind.DUPLICATE_ID,
                        "",
                        id,
                        "the image " + Quoted.text(id) + " is in several splits: " + splits);
            }
        });
        List<String> ids = List.copyOf(splitsOfId.keySet());
        each(ids.size(), i -> refSegRsFiles(ids.get(i), firstSplit.get(ids.get(i))));
        unused("images", ids.stream().map(RefSegRs::imageName).toList());
        unused("masks", ids.stream().map(RefSegRs::maskName).toList());
    }

    private List<Problem> refSegRsFiles(String id, String split) {
        Found found = new Found(split, id);
        Optional<Dimension> image = found.image(RefSegRs.imageName(id), false);
        Optional<Dimension> mask = found.image(RefSegRs.maskName(id), true);
        if (image.isPresent() && mask.isPresent() && !image.equals(mask)) {
            found.add(
                    Problem.Kind.WRONG_MASK_SIZE,
                    root.describe(RefSegRs.maskName(id)) + ": a mask must have its image's size, " + text(image.get())
                            + "; got " + text(mask.get()));
        }
        return found.problems;
    }

    private void rrsisD() {
        List<RrsisDIndex.Item> items = List.of();
        try {
            items = RrsisDIndex.read(root, problems::add);
        } catch (DataException e) {
            add(Problem.Kind.BROKEN_LIST, "", Refs.NAME, e.getMessage());
        }
        for (Split split : Split.values()) {
            int count = (int) items.stream().filter(item -> item.in(split)).count();
            triplets.put(split.key(), count);
            if (count == 0) {
                String text = root.describe(Refs.NAME) + ": the split '" + split.key() + "' has no usable entry";
                add(Problem.Kind.EMPTY_SPLIT, split.key(), Refs.NAME, text);
            }
        }
        Map<String, RrsisDIndex.Item> byImage = new LinkedHashMap<>();
        for (RrsisDIndex.Item item : items) {
            byImage.putIfAbsent(item.image(), item);
            if (List.of(Split.values()).stream().noneMatch(item::in)) {
                String text = "the split '" + Quoted.text(item.split()) + "' is none of train, val and test";
                add(Problem.Kind.UNKNOWN_SPLIT, item.split(), item.id(), text);
            }
            item.sentences().forEach(s -> nameClass(s, DatasetVocabulary.RRSISD, item.split(), item.id()));
        }
        List<RrsisDIndex.Item> images = List.copyOf(byImage.values());
        each(images.size(), i -> rrsisDImage(images.get(i)));
        List<RrsisDIndex.Item> masks = items;
        each(masks.size(), i -> rrsisDMask(masks.get(i)));
        unused(RrsisDIndex.IMAGES, byImage.keySet());
    }

    private List<Problem> rrsisDImage(RrsisDIndex.Item item) {
        Found found = new Found(item.split(), item.id());
        Dimension entry = new Dimension(item.width(), item.height());
        found.image(item.image(), false)
                .filter(size -> !size.equals(entry))
                .ifPresent(size -> found.add(
                        Problem.Kind.OTHER_IMAGE_SIZE,
                        root.describe(item.image()) + " is " + text(size) + ", but its entry and mask are "
                                + text(entry)));
        return found.problems;
    }

    private static List<Problem> rrsisDMask(RrsisDIndex.Item item) {
        List<Problem> out = new ArrayList<>();
        try {
            if (RrsisD.runs(item).area() == 0) {
                String text = "the mask of " + Quoted.text(item.id()) + " has no pixel of the object";
                out.add(new Problem(Problem.Kind.EMPTY_MASK, item.split(), item.id(), text));
            }
        } catch (DataException e) {
            boolean fits = Segmentation.fits(item.segmentation(), item.height(), item.width());
            Problem.Kind kind = fits ? Problem.Kind.UNREADABLE_MASK : Problem.Kind.WRONG_MASK_SIZE;
            out.add(new Problem(kind, item.split(), item.id(), e.getMessage()));
        }
        return out;
    }

    /** The problems of one item. */
    private final class Found {
        final String split;
        final String item;
        final List<Problem> problems = new ArrayList<>();

        Found(String split, String item) {
            this.split = split;
            this.item = item;
        }

        void add(Problem.Kind kind, String text) {
            problems.add(new Problem(kind, split, item, text));
        }

        /** The size of an image or mask file, if it can be read. */
        Optional<Dimension> image(String name, boolean mask) {
            if (!root.exists(name)) {
                Problem.Kind kind = mask ? Problem.Kind.MISSING_MASK : Problem.Kind.MISSING_IMAGE;
                add(kind, "the file " + root.describe(name) + " is missing");
                return Optional.empty();
            }
            try {
                return Optional.of(deep ? decode(name, mask) : header(name));
            } catch (ImageException | DataException e) {
                add(mask ? Problem.Kind.UNREADABLE_MASK : Problem.Kind.UNREADABLE_IMAGE, e.getMessage());
            } catch (IOException e) {
                String text = root.describe(name) + " cannot be read: " + FileFaults.reason(e);
                add(mask ? Problem.Kind.UNREADABLE_MASK : Problem.Kind.UNREADABLE_IMAGE, text);
            }
            return Optional.empty();
        }

        private Dimension header(String name) throws IOException {
            try (ImageInputStream in = root.image(name)) {
                return Images.size(in, root.seekableLength(name), root.describe(name));
            }
        }

        private Dimension decode(String name, boolean mask) {
            if (!mask) {
                var image = root.readImage(name);
                return new Dimension(image.width(), image.height());
            }
            Mask values = RefSegRs.readMask(root, item);
            if (values.area() == 0) {
                add(Problem.Kind.EMPTY_MASK, root.describe(name) + ": the mask has no pixel of the object");
            }
            return new Dimension(values.width(), values.height());
        }
    }

    private static String text(Dimension d) {
        return d.width + " x " + d.height;
    }

    private void add(Problem.Kind kind, String split, String item, String text) {
        problems.add(new Problem(kind, split, item, text));
    }

    private void nameClass(String sentence, DatasetVocabulary vocabulary, String split, String item) {
        if (Classes.firstNamed(sentence, vocabulary).isEmpty()) {
            String text = "the expression '" + Quoted.text(sentence)
                    + "' names no class of the data set: its object mask stays empty";
            add(Problem.Kind.NO_CLASS_NAMED, split, item, text);
        }
    }

    private void each(int n, IntFunction<List<Problem>> body) {
        List<List<Problem>> found = new ArrayList<>(Collections.nCopies(n, List.of()));
        parallelism.forEach(n, i -> found.set(i, body.apply(i))); // each task writes its own place
        found.forEach(problems::addAll);
    }

    private void unused(String folder, Collection<String> used) {
        Set<String> names = Set.copyOf(used);
        for (String file : root.list(folder)) {
            String name = folder + "/" + file;
            if (!names.contains(name)) {
                add(Problem.Kind.UNUSED_FILE, "", name, "no expression uses the file " + root.describe(name));
            }
        }
    }
}
