package dev.swath.fianet.data;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.fianet.text.Spaces;
import dev.swath.files.Counted;
import dev.swath.files.Messages;
import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code datainfo/<data set>_<split>.jsonl}: one JSON object a line with {@code sent}, {@code file_name} and {@code segmentation} (run
 * lengths, one object or a list, or polygons), mostly {@code split} and {@code image_id}, sometimes {@code category_name}. What else
 * stands there ({@code category_id}, {@code ann_id}, {@code bbox}, {@code area}) is not used. The split is that of the file's name.
 */
final class JsonLines {
    private static final String FOLDER = "datainfo/";
    private static final int MAX_LINE = 1 << 25;
    private static final int MAX_NAME = 4096;
    private static final int MAX_SIDE = 32_768;

    /**
     * One line.
     *
     * @param number of the line, from 1
     * @param fileName of the image
     * @param sentence without a newline at its end
     * @param category in the spelling of sentences; "" if neither the line nor the sentence tells
     * @param segmentation the mask, still encoded
     * @param height of the mask; 0 if only the image tells
     * @param width of the mask; 0 if only the image tells
     */
    record Entry(
            int number,
            String fileName,
            String sentence,
            String category,
            @Nullable Object segmentation,
            int height,
            int width) {
        /** File name and number of the line, such as "02934.jpg#17". */
        String id() {
            return fileName + "#" + number;
        }
    }

    private final DatasetVocabulary vocabulary;
    private final Split split;
    private final String name;
    private final String where;
    private final Problem.Sink sink;

    private JsonLines(DataRoot root, DatasetVocabulary vocabulary, Split split, Problem.Sink sink) {
        this.vocabulary = vocabulary;
        this.split = split;
        this.name = name(vocabulary, split);
        this.where = root.describe(name);
        this.sink = sink;
    }

    /** The file's name. */
    static String name(DatasetVocabulary vocabulary, Split split) {
        return FOLDER + vocabulary.name().toLowerCase(Locale.ROOT) + "_" + split.key() + ".jsonl";
    }

    /** Files of which one at least must be there. */
    static List<String> markers(DatasetVocabulary vocabulary) {
        return List.of(name(vocabulary, Split.TRAIN), name(vocabulary, Split.VAL), name(vocabulary, Split.TEST));
    }

    /** The entries in the order of the file; what is wrong with a line goes to the sink, and the line is left out. */
    static List<Entry> read(DataRoot root, DatasetVocabulary vocabulary, Split split, Problem.Sink sink) {
        JsonLines lines = new JsonLines(root, vocabulary, split, sink);
        if (!root.exists(lines.name)) {
            sink.report(Problem.Kind.BROKEN_LIST, split.key(), lines.name, lines.where + ": the file is missing");
            return List.of();
        }
        List<Entry> entries = lines.read(root.read(lines.name, DataRoot.MAX_TEXT));
        if (entries.isEmpty()) {
            sink.report(
                    Problem.Kind.EMPTY_SPLIT,
                    split.key(),
                    lines.name,
                    lines.where + ": the split '" + split.key() + "' is empty; each line must hold an expression");
        }
        return entries;
    }

    private List<Entry> read(byte[] bytes) {
        List<Entry> entries = new ArrayList<>();
        int number = 0;
        for (int from = 0; from < bytes.length; ) {
            int to = from;
            while (to < bytes.length && bytes[to] != '\n') {
                to++;
            }
            number++;
            line(number, ByteBuffer.wrap(bytes, from, to - from)).ifPresent(entries::add);
            from = to + 1;
        }
        return entries;
    }

    private Optional<Entry> line(int number, ByteBuffer bytes) {
        if (bytes.remaining() > MAX_LINE) {
            broken(number, "a line may have at most " + MAX_LINE + " bytes; got " + bytes.remaining());
            return Optional.empty();
        }
        try {
            String line = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            return Spaces.isBlank(line) ? Optional.empty() : entry(number, Json.parseObject(line));
        } catch (CharacterCodingException e) {
            broken(number, "the line is not UTF-8 text");
        } catch (JsonException e) {
            broken(number, "the line cannot be understood: " + Messages.withoutPart(e));
        }
        return Optional.empty();
    }

    private void broken(int number, String text) {
        report(Problem.Kind.BROKEN_ENTRY, number, text);
    }

    private void report(Problem.Kind kind, int number, String text) {
        sink.report(kind, split.key(), name + ":" + number, where + ", line " + number + ": " + text);
    }

    private Optional<Entry> entry(int number, Map<String, Object> e) {
        String fileName = Json.asString(e.get("file_name"), "file_name");
        if (DataRoot.leaves(fileName) || fileName.length() > MAX_NAME) {
            broken(
                    number,
                    "the file name '" + Quoted.text(fileName)
                            + "' leads out of the data set or cannot be one everywhere; it was refused");
            return Optional.empty();
        }
        String sentence = withoutLineEnd(Json.asString(e.get("sent"), "sent"));
        if (Spaces.isBlank(sentence)) {
            report(Problem.Kind.EMPTY_SENTENCE, number, "the expression must hold a word");
            return Optional.empty();
        }
        Object own = e.get("split");
        if (own != null && !split.key().equals(Json.asString(own, "split"))) {
            report(
                    Problem.Kind.CONTRADICTION,
                    number,
                    "its split is '" + Quoted.text(String.valueOf(own)) + "', but the file's, which is followed, '"
                            + split.key() + "'");
        }
        Object segmentation = e.get("segmentation");
        if (segmentation == null) {
            report(Problem.Kind.MISSING_MASK, number, "it has no 'segmentation'");
            return Optional.empty();
        }
        int[] size = size(e, segmentation);
        return category(number, e.get("category_name"), sentence)
                .map(c -> new Entry(number, fileName, sentence, c, segmentation, size[0], size[1]));
    }

    private static String withoutLineEnd(String s) {
        return s.endsWith("\n") ? s.substring(0, s.length() - (s.endsWith("\r\n") ? 2 : 1)) : s;
    }

    /** Height and width as the first run lengths have them, or keys of that name; 0 if nothing tells. */
    private static int[] size(Map<String, Object> e, Object segmentation) {
        Object first = segmentation instanceof List<?> pieces
                ? pieces.stream().findFirst().orElse(null)
                : segmentation;
        Object height = e.get("height");
        Object width = e.get("width");
        if (first instanceof Map<?, ?> piece) {
            List<Object> size = Json.asList(piece.get("size"), "size");
            if (size.size() != 2) {
                throw new JsonException(
                        "the size of a mask is [height, width]; got " + Counted.of(size.size(), "number"));
            }
            height = size.get(0);
            width = size.get(1);
        } else if (height == null || width == null) {
            return new int[2];
        }
        long h = Json.asLong(height, "height");
        long w = Json.asLong(width, "width");
        if (h < 1 || w < 1 || h > MAX_SIDE || w > MAX_SIDE || h * w > Runs.MAX_PIXELS) {
            throw new JsonException("a mask must have from 1 to " + MAX_SIDE + " pixels a side and at most "
                    + Runs.MAX_PIXELS + " in all; got " + h + " x " + w);
        }
        return new int[] {(int) h, (int) w};
    }

    /** By the line's own name, or the class that the sentence names first. RISBench's spelling of its names is not laid down anywhere. */
    private Optional<String> category(int number, @Nullable Object name, String sentence) {
        if (name == null) {
            return Optional.of(Classes.firstNamed(sentence, vocabulary).orElse(""));
        }
        String given = Json.asString(name, "category_name");
        Optional<String> category = Classes.spelled(given, vocabulary);
        if (category.isEmpty() && vocabulary == DatasetVocabulary.RISBENCH) {
            return Optional.of(given.toLowerCase(Locale.ROOT));
        }
        if (category.isEmpty()) {
            report(
                    Problem.Kind.UNKNOWN_CATEGORY,
                    number,
                    "its category '" + Quoted.text(given) + "' is none of the "
                            + vocabulary.classes().size() + " classes of " + vocabulary.title());
        }
        return category;
    }
}
