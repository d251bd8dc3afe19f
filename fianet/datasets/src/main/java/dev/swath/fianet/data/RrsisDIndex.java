package dev.swath.fianet.data;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Quoted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The two lists of RRSIS-D joined: each expression with its image, mask and class. */
final class RrsisDIndex {
    static final String IMAGES = "images/rrsisd/JPEGImages";

    /**
     * One triplet.
     *
     * @param ref its ref_id
     * @param split as written
     * @param fileName of the image
     * @param height of the image and mask, by the image's entry
     * @param width of the image and mask, by the image's entry
     * @param segmentation the mask, still encoded
     * @param category in the spelling of sentences
     * @param sentences at least one
     */
    record Item(
            long ref,
            String split,
            String fileName,
            int height,
            int width,
            @Nullable Object segmentation,
            String category,
            List<String> sentences) {
        /** File name and ref_id, such as "02934.jpg#17". */
        String id() {
            return fileName + "#" + ref;
        }

        /** Name of the image file in the data set. */
        String image() {
            return IMAGES + "/" + fileName;
        }

        boolean in(Split wanted) {
            return wanted == Split.TEST ? split.contains(wanted.key()) : split.equals(wanted.key());
        }
    }

    private final Instances instances;
    private final Map<Long, Optional<String>> spelled = new HashMap<>();
    private final Problem.Sink sink;
    private final String where;

    private RrsisDIndex(DataRoot root, Problem.Sink sink) {
        this.instances = Instances.read(root, sink);
        this.sink = sink;
        this.where = root.describe(Refs.NAME);
    }

    /** All triplets in the order of the list; what cannot be joined goes to the sink and is left out. */
    static List<Item> read(DataRoot root, Problem.Sink sink) {
        RrsisDIndex index = new RrsisDIndex(root, sink);
        List<Item> items = new ArrayList<>();
        Set<Long> ids = new HashSet<>();
        for (Refs.Ref ref : Refs.read(root, sink)) {
            if (!ids.add(ref.id())) {
                index.report(Problem.Kind.DUPLICATE_ID, ref, "its ref_id occurs twice");
            }
            index.join(ref).ifPresent(items::add);
        }
        return items;
    }

    private void report(Problem.Kind kind, Refs.Ref ref, String text) {
        sink.report(kind, Quoted.text(ref.split()), "ref " + ref.id(), where + ": ref " + ref.id() + ": " + text);
    }

    private Optional<Item> join(Refs.Ref ref) {
        Instances.Annotation annotation = instances.annotations().get(ref.annotation());
        Instances.Image image = instances.images().get(ref.image());
        if (annotation == null) {
            report(Problem.Kind.MISSING_MASK, ref, "no annotation has the id " + ref.annotation() + " of its mask");
            return Optional.empty();
        }
        if (image == null) {
            report(Problem.Kind.UNMATCHED, ref, "no image entry has the id " + ref.image());
            return Optional.empty();
        }
        if (annotation.imageId() != ref.image()) {
            report(
                    Problem.Kind.UNMATCHED,
                    ref,
                    "its image is " + ref.image() + ", but its annotation " + ref.annotation() + " belongs to image "
                            + annotation.imageId());
            return Optional.empty();
        }
        if (ref.fileName() != null && !ref.fileName().equals(image.fileName())) {
            report(
                    Problem.Kind.CONTRADICTION,
                    ref,
                    "it names the file " + Quoted.text(ref.fileName())
                            + ", but its image entry, which is followed, names "
                            + Quoted.text(image.fileName()));
        }
        if (DataRoot.leaves(image.fileName())) {
            report(
                    Problem.Kind.BROKEN_ENTRY,
                    ref,
                    "the file name '" + Quoted.text(image.fileName())
                            + "' leads out of the data set or cannot be one everywhere; it was refused");
            return Optional.empty();
        }
        Optional<String> category = category(ref, annotation);
        return category.map(c -> new Item(
                ref.id(),
                ref.split(),
                image.fileName(),
                image.height(),
                image.width(),
                annotation.segmentation(),
                c,
                ref.sentences()));
    }

    private Optional<String> category(Refs.Ref ref, Instances.Annotation annotation) {
        Long id = ref.category() == null ? annotation.category() : ref.category();
        if (id == null) {
            report(Problem.Kind.UNKNOWN_CATEGORY, ref, "neither it nor its annotation has a category id");
            return Optional.empty();
        }
        if (annotation.category() != null && !annotation.category().equals(id)) {
            report(
                    Problem.Kind.CONTRADICTION,
                    ref,
                    "its category id is " + id + ", which is followed, but its annotation's is "
                            + annotation.category());
        }
        String name = instances.categories().get(id);
        if (name == null) {
            report(Problem.Kind.UNKNOWN_CATEGORY, ref, "no category has the id " + id);
            return Optional.empty();
        }
        Optional<String> category = spelled.computeIfAbsent(id, _ -> Classes.spelled(name, DatasetVocabulary.RRSISD));
        if (category.isEmpty()) {
            report(
                    Problem.Kind.UNKNOWN_CATEGORY,
                    ref,
                    "its category '" + Quoted.text(name) + "' is none of the 20 classes of RRSIS-D");
        }
        return category;
    }
}
