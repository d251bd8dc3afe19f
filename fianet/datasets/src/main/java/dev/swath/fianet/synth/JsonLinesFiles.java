package dev.swath.fianet.synth;

import dev.swath.fianet.data.Mask;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Annotations as JSON lines, as newer work hands RefSegRS and RRSIS-D around: {@code datainfo/<data set>_<split>.jsonl} with the masks,
 * and the images where the data set has them. RefSegRS's lines hold one run-length object and no category, RRSIS-D's a list with one.
 */
final class JsonLinesFiles implements DatasetWriter.Layout {
    private final Path lists;
    private final Path images;
    private final DatasetVocabulary format;
    private final String[] lines;
    private final Split[] splits;

    JsonLinesFiles(Path root, DatasetVocabulary format, int count) throws IOException {
        this.format = format;
        lists = Files.createDirectories(root.resolve("datainfo"));
        images = Files.createDirectories(root.resolve(isRrsisD() ? "images/rrsisd/JPEGImages" : "images"));
        lines = new String[count];
        splits = new Split[count];
    }

    private boolean isRrsisD() {
        return format == DatasetVocabulary.RRSISD;
    }

    @Override
    public void put(int i, SyntheticScenes.Triplet t, Split split) throws IOException {
        String name = isRrsisD() ? RrsisdFiles.name(i) : i + ".tif";
        if (isRrsisD()) {
            ImageFiles.jpeg(images.resolve(name), t.image());
        } else {
            ImageFiles.tiff(images.resolve(name), t.image());
        }
        Mask mask = t.mask();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("split", split.key());
        line.put("image_id", isRrsisD() ? (Object) i : String.valueOf(i));
        line.put("sent", t.sentence());
        line.put("file_name", name);
        if (isRrsisD()) {
            int category = RrsisdFiles.categoryId(t.category());
            line.put("category_id", category);
            line.put("category_name", RrsisdFiles.CATEGORY_NAMES.get(category));
            line.put("ann_id", i);
            line.put("bbox", RrsisdFiles.corners(mask));
            line.put("segmentation", List.of(RrsisdFiles.runLengths(mask)));
            line.put("area", mask.area());
        } else {
            line.put("segmentation", RrsisdFiles.runLengths(mask));
        }
        lines[i] = Json.write(line, false) + "\n";
        splits[i] = split;
    }

    @Override
    public void finish() throws IOException {
        for (Split split : Split.values()) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < lines.length; i++) {
                if (splits[i] == split) {
                    text.append(lines[i]);
                }
            }
            String name = format.name().toLowerCase(Locale.ROOT) + "_" + split.key() + ".jsonl";
            Files.writeString(lists.resolve(name), text);
        }
    }
}
