package dev.swath.fianet.synth;

import dev.swath.fianet.data.Mask;
import dev.swath.fianet.data.RunLength;
import dev.swath.fianet.data.Split;
import dev.swath.files.json.Json;
import dev.swath.weights.pickle.Pickler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * RRSIS-D's layout: {@code rrsisd/refs(unc).p}, {@code rrsisd/instances.json} and {@code
 * images/rrsisd/JPEGImages/<number>.jpg}, with the peculiarities of the published files: {@code categories_id}, boxes by
 * two corners, one compressed run-length mask in a list, ids that are all the same number.
 */
final class RrsisdFiles implements DatasetWriter.Layout {
    /** RRSIS-D's category names in the order of their ids. */
    static final List<String> CATEGORY_NAMES = List.of(
            "Expressway-Service-area",
            "Expressway-toll-station",
            "airplane",
            "airport",
            "baseballfield",
            "basketballcourt",
            "bridge",
            "chimney",
            "dam",
            "golffield",
            "groundtrackfield",
            "harbor",
            "overpass",
            "ship",
            "stadium",
            "storagetank",
            "tenniscourt",
            "trainstation",
            "vehicle",
            "windmill");

    private final Path images;
    private final Path lists;
    private final int size;
    private final List<Map<String, Object>> refs;
    private final List<Map<String, Object>> annotations;

    RrsisdFiles(Path root, int count, int size) throws IOException {
        this.size = size;
        images = Files.createDirectories(root.resolve("images/rrsisd/JPEGImages"));
        lists = Files.createDirectories(root.resolve("rrsisd"));
        refs = new ArrayList<>(Collections.nCopies(count, Map.of()));
        annotations = new ArrayList<>(Collections.nCopies(count, Map.of()));
    }

    @Override
    public void put(int i, SyntheticScenes.Triplet t, Split split) throws IOException {
        ImageFiles.jpeg(images.resolve(name(i)), t.image());
        refs.set(i, reference(i, t, split));
        annotations.set(i, annotation(i, t));
    }

    @Override
    public void finish() throws IOException {
        Files.write(lists.resolve("refs(unc).p"), Pickler.of(refs));
        Files.writeString(lists.resolve("instances.json"), Json.write(instances(), false));
    }

    static String name(int i) {
        return String.format(Locale.ROOT, "%05d.jpg", i);
    }

    private static Map<String, Object> reference(int i, SyntheticScenes.Triplet t, Split split) {
        Map<String, Object> sentence = new LinkedHashMap<>();
        sentence.put("tokens", List.of(t.sentence().split(" ")));
        sentence.put("raw", t.sentence());
        sentence.put("sent_id", i);
        sentence.put("sent", t.sentence());
        Map<String, Object> ref = new LinkedHashMap<>();
        ref.put("image_id", i);
        ref.put("split", split.key());
        ref.put("sentences", List.of(sentence));
        ref.put("file_name", name(i));
        ref.put("category_id", categoryId(t.category()));
        ref.put("ann_id", i);
        ref.put("sent_ids", List.of(i));
        ref.put("ref_id", i);
        return ref;
    }

    /** The published names are run together or hyphenated; sentences spell them with spaces. */
    static int categoryId(String category) {
        String plain = category.replace(" ", "");
        for (int id = 0; id < CATEGORY_NAMES.size(); id++) {
            if (CATEGORY_NAMES.get(id).replace("-", "").equalsIgnoreCase(plain)) {
                return id;
            }
        }
        throw new IllegalArgumentException("[synth] a category must be one of RRSIS-D's; got " + category);
    }

    private static Map<String, Object> annotation(int i, SyntheticScenes.Triplet t) {
        Mask mask = t.mask();
        Map<String, Object> a = new LinkedHashMap<>();
        a.put("bbox", corners(mask));
        a.put("categories_id", categoryId(t.category()));
        a.put("id", i);
        a.put("image_id", i);
        a.put("segmentation", List.of(runLengths(mask)));
        a.put("area", mask.area());
        return a;
    }

    /** A mask as the published files have it. */
    static Map<String, Object> runLengths(Mask mask) {
        Map<String, Object> rle = new LinkedHashMap<>();
        rle.put("size", List.of(mask.height(), mask.width()));
        rle.put("counts", RunLength.encode(mask));
        return rle;
    }

    static List<Integer> corners(Mask mask) {
        int left = mask.width();
        int top = mask.height();
        int right = -1;
        int bottom = -1;
        for (int at = 0; at < mask.values().length; at++) {
            if (mask.values()[at] != 0) {
                left = Math.min(left, at % mask.width());
                right = Math.max(right, at % mask.width());
                top = Math.min(top, at / mask.width());
                bottom = Math.max(bottom, at / mask.width());
            }
        }
        return List.of(left, top, right, bottom);
    }

    private Map<String, Object> instances() {
        List<Object> images = new ArrayList<>();
        for (int i = 0; i < annotations.size(); i++) {
            Map<String, Object> image = new LinkedHashMap<>();
            image.put("file_name", name(i));
            image.put("height", size);
            image.put("width", size);
            image.put("id", i);
            images.add(image);
        }
        List<Object> categories = new ArrayList<>();
        for (int id = 0; id < CATEGORY_NAMES.size(); id++) {
            Map<String, Object> category = new LinkedHashMap<>();
            category.put("name", CATEGORY_NAMES.get(id));
            category.put("id", id);
            categories.add(category);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("images", images);
        all.put("annotations", annotations);
        all.put("categories", categories);
        return all;
    }
}
