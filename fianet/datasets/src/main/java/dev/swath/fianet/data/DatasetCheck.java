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

    /** Which data set a folder or zip file holds; nothing if it is none. */
    public static Optional<DatasetVocabulary> detect(Path path) {
        return Layout.detect(path).map(Layout::dataset);
    }

    /** Checks all splits of a data set in whichever form it is there. */
    public static Report run(Path path, DatasetVocabulary dataset, boolean deep, Parallelism parallelism) {
        return run(path, Layout.detect(path, dataset).orElseThrow(), deep, parallelism);
    }

    /** Checks all splits. Throws {@link DataException} only if the layout is not there at all. */
    public static Report run(Path path, Layout layout, boolean deep, Parallelism parallelism) {
        try (DataRoot opened = DataRoot.open(path)) {
            DatasetVocabulary dataset = layout.dataset();
            DataRoot root =
                    switch (layout.form()) {
                        case PHRASES -> RefSegRs.locate(opened, path);
                        case REFER -> RrsisD.locate(opened, path);
                        case JSON_LINES -> JsonLinesDataset.locate(opened, path, dataset);
                    };
            DatasetCheck check = new DatasetCheck(root, deep, parallelism);
            switch (layout.form()) {
                case PHRASES -> check.phrases(dataset);
                case REFER -> check.rrsisD();
                case JSON_LINES -> check.jsonLines(dataset);
            }
            return new Report(dataset, path, deep, check.triplets, check.problems);
        }
    }

    private void phrases(DatasetVocabulary dataset) {
        PhraseImages files = PhraseImages.of(root, dataset);
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
                nameClass(line.sentence(), dataset, split.key(), line.id());
            }
        }
        inSeveral(splitsOfId);
        List<String> ids = List.copyOf(splitsOfId.keySet());
        each(ids.size(), i -> phraseFiles(files, ids.get(i), firstSplit.get(ids.get(i))));
        unused(files.images(), ids.stream().map(files::image).toList());
        unused(files.masks(), ids.stream().map(files::mask).toList());
    }

    private void inSeveral(Map<String, Set<String>> splitsOfImage) {
        splitsOfImage.forEach((id, splits) -> {
            if (splits.size() > 1) {
                add(
                        Problem.Kind.DUPLICATE_ID,
                        "",
                        id,
                        "the image " + Quoted.text(id) + " is in several splits: " + splits);
            }
        });
    }

    private List<Problem> phraseFiles(PhraseImages files, String id, String split) {
        Found found = new Found(split, id);
        Optional<Dimension> image = found.image(files.image(id), false);
        Optional<Dimension> mask = found.image(files.mask(id), true);
        if (image.isPresent() && mask.isPresent() && !image.equals(mask)) {
            found.add(
                    Problem.Kind.WRONG_MASK_SIZE,
                    root.describe(files.mask(id)) + ": a mask must have its image's size, " + text(image.get())
                            + "; got " + text(mask.get()));
        }
        return found.problems;
    }

    private void jsonLines(DatasetVocabulary dataset) {
        Map<String, Set<String>> splitsOfImage = new LinkedHashMap<>();
        boolean whole = true;
        for (Split split : Split.values()) {
            List<JsonLines.Entry> entries = List.of();
            try {
                entries = JsonLines.read(root, dataset, split, problems::add);
            } catch (DataException e) {
                add(Problem.Kind.BROKEN_LIST, split.key(), JsonLines.name(dataset, split), e.getMessage());
            }
            whole &= !entries.isEmpty();
            triplets.put(split.key(), entries.size());
            Map<String, List<JsonLines.Entry>> ofImage = new LinkedHashMap<>();
            Set<List<String>> seen = new HashSet<>();
            for (JsonLines.Entry e : entries) {
                splitsOfImage
                        .computeIfAbsent(e.fileName(), f -> new TreeSet<>())
                        .add(split.key());
                ofImage.computeIfAbsent(e.fileName(), f -> new ArrayList<>()).add(e);
                if (!seen.add(List.of(e.fileName(), e.sentence()))) {
                    String text = "the image " + Quoted.text(e.fileName()) + " occurs twice with the same expression";
                    add(Problem.Kind.DUPLICATE_ID, split.key(), e.id(), text);
                }
                nameClass(e.sentence(), dataset, split.key(), e.id());
            }
            List<List<JsonLines.Entry>> images = List.copyOf(ofImage.values());
            each(images.size(), i -> jsonLinesImage(dataset, split, images.get(i)));
        }
        inSeveral(splitsOfImage);
        if (whole) {
            List<String> used = splitsOfImage.keySet().stream()
                    .map(f -> JsonLinesDataset.image(root, dataset, f))
                    .toList();
            for (String folder : JsonLinesDataset.folders(dataset)) {
                if (used.stream().anyMatch(f -> !folder.isEmpty() && f.startsWith(folder))) {
                    unused(folder.substring(0, folder.length() - 1), used);
                }
            }
        }
    }

    /** An image and the masks of all its entries. */
    private List<Problem> jsonLinesImage(DatasetVocabulary dataset, Split split, List<JsonLines.Entry> entries) {
        Found found = new Found(split.key(), entries.getFirst().id());
        String file = JsonLinesDataset.image(root, dataset, entries.getFirst().fileName());
        Optional<Dimension> image = found.image(file, false);
        List<Problem> out = new ArrayList<>(found.problems);
        for (JsonLines.Entry e : entries) {
            Found own = new Found(split.key(), e.id());
            Dimension size = image.orElse(new Dimension(e.width(), e.height()));
            if (e.height() > 0 && !size.equals(new Dimension(e.width(), e.height()))) {
                own.add(
                        Problem.Kind.OTHER_IMAGE_SIZE,
                        root.describe(file) + " is " + text(size) + ", but the mask of line " + e.number() + " is "
                                + text(new Dimension(e.width(), e.height())));
            }
            if (e.height() > 0 || image.isPresent()) {
                own.mask(e, size);
            }
            out.addAll(own.problems);
        }
        return out;
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

        /** Decodes a mask of an image of this size. */
        void mask(JsonLines.Entry e, Dimension image) {
            try {
                if (JsonLinesDataset.runs(e, image.height, image.width).area() == 0) {
                    add(Problem.Kind.EMPTY_MASK, "the mask of " + Quoted.text(e.id()) + " has no pixel of the object");
                }
            } catch (DataException fault) {
                boolean fits = e.height() == 0 || Segmentation.fits(e.segmentation(), e.height(), e.width());
                add(fits ? Problem.Kind.UNREADABLE_MASK : Problem.Kind.WRONG_MASK_SIZE, fault.getMessage());
            }
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
            Mask values = RefSegRs.readMask(root, name);
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
