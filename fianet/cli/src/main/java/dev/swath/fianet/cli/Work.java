package dev.swath.fianet.cli;

import dev.swath.fianet.text.ExpressionException;
import dev.swath.fianet.text.Spaces;
import dev.swath.fianet.text.TextFile;
import dev.swath.files.Counted;
import dev.swath.files.Quoted;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which sentences are asked of which pictures.
 *
 * @param pictures with the sentences for each; the same file may come twice
 * @param single whether one file and one sentence were named, so that the files written need no names of their own
 */
record Work(List<Picture> pictures, boolean single) {
    private static final int MAX_FILE = 64 << 20;
    private static final String IMAGE = "image";
    private static final Set<String> TEXT = Set.of("text", "sentence");

    /** A picture and what is asked of it; without sentences if tokens are given. */
    record Picture(Path file, List<String> sentences) {}

    /** Of the values of {@code --image}, {@code --text} and {@code --texts}; without the last two for given tokens. */
    static Work of(List<String> images, List<String> texts, @Nullable Path file) {
        List<String> sentences = new ArrayList<>(texts);
        texts.forEach(Sentences::require);
        Map<String, List<String>> own = new LinkedHashMap<>();
        if (file != null) {
            readTexts(file, sentences, own);
        }
        List<Picture> pictures = new ArrayList<>();
        if (!own.isEmpty()) {
            if (!images.isEmpty() || !texts.isEmpty()) {
                throw new UsageException("--texts " + Quoted.path(file)
                        + " has a column 'image', so that --image and --text have no place beside it");
            }
            Path folder = file.getParent();
            own.forEach((image, asked) -> pictures.add(new Picture(beside(file, folder, image), List.copyOf(asked))));
            return new Work(List.copyOf(pictures), false);
        }
        if (images.isEmpty()) {
            throw new UsageException("--image is needed: a file, a folder or a pattern");
        }
        Pictures.expand(images).forEach(i -> pictures.add(new Picture(i, List.copyOf(sentences))));
        boolean single =
                file == null && sentences.size() <= 1 && images.size() == 1 && Pictures.isOne(images.getFirst());
        return new Work(List.copyOf(pictures), single);
    }

    /** Paths in a file are meant from its folder, unless that is a pipe's. */
    private static Path beside(Path file, @Nullable Path folder, String image) {
        try {
            return folder == null || !Files.isRegularFile(file) ? Path.of(image) : folder.resolve(image);
        } catch (InvalidPathException _) {
            throw new UsageException("--texts " + Quoted.path(file) + ": '" + Quoted.text(image)
                    + "' cannot be the name of an image's file");
        }
    }

    /** One sentence a line, or, of a file that ends in .csv or .tsv, those of the column 'text' or 'sentence'. */
    private static void readTexts(Path file, List<String> sentences, Map<String, List<String>> own) {
        try {
            String text = TextFile.read(file, "texts", MAX_FILE);
            String name = file.toString().toLowerCase(Locale.ROOT);
            if (name.endsWith(".csv") || name.endsWith(".tsv")) {
                readTable(Csv.rows(text, name.endsWith(".csv") ? ',' : '\t'), sentences, own);
            } else {
                text.lines().map(Spaces::strip).filter(l -> !l.isEmpty()).forEach(sentences::add);
            }
            sentences.forEach(Sentences::require);
            own.values().forEach(asked -> asked.forEach(Sentences::require));
        } catch (ExpressionException e) {
            throw new UsageException(String.valueOf(e.getMessage()).replaceFirst("^\\[texts\\] ", "--texts "));
        } catch (UsageException e) {
            throw new UsageException("--texts " + Quoted.path(file) + ": "
                    + String.valueOf(e.getMessage()).replaceFirst("^--text: ", ""));
        }
        if (sentences.isEmpty() && own.isEmpty()) {
            throw new UsageException("--texts " + Quoted.path(file) + ": the file holds no sentence");
        }
    }

    private static void readTable(List<List<String>> rows, List<String> sentences, Map<String, List<String>> own) {
        List<String> heading = rows.isEmpty()
                ? List.of()
                : rows.getFirst().stream()
                        .map(cell -> Spaces.strip(cell).toLowerCase(Locale.ROOT))
                        .toList();
        if (heading.stream().filter(TEXT::contains).count() > 1
                || heading.indexOf(IMAGE) != heading.lastIndexOf(IMAGE)) {
            throw new UsageException("its first row names two columns of sentences or of images; one is wanted");
        }
        int text = Math.max(heading.indexOf("text"), heading.indexOf("sentence"));
        int image = heading.indexOf(IMAGE);
        if (text < 0) {
            throw new UsageException("its first row must name a column 'text' or 'sentence'; it may name one 'image'");
        }
        for (List<String> row : rows.subList(1, rows.size())) {
            if (row.size() != heading.size()) {
                throw new UsageException("each row must have " + Counted.of(heading.size(), "cell")
                        + " as the first has; one has " + row.size());
            }
            if (image < 0) {
                sentences.add(row.get(text));
            } else {
                own.computeIfAbsent(row.get(image), _ -> new ArrayList<>()).add(row.get(text));
            }
        }
    }

    /** How many answers there will be. */
    int answers() {
        return pictures.stream()
                .mapToInt(p -> Math.max(1, p.sentences().size()))
                .sum();
    }

    /** Where the files of an answer go: a prefix that no other answer of the work has; "" if there is but one. */
    String prefix(int picture, int sentence) {
        if (single) {
            return "";
        }
        int width = String.valueOf(pictures.size()).length();
        int inner = String.valueOf(Math.max(1, pictures.get(picture).sentences().size()))
                .length();
        return padded(picture + 1, width) + "-" + stem(pictures.get(picture).file()) + "/" + padded(sentence + 1, inner)
                + "-";
    }

    private static String padded(int number, int width) {
        String digits = String.valueOf(number);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }

    /** The file's name without its ending, of signs that every file system takes. */
    private static String stem(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        String stem = (dot > 0 ? name.substring(0, dot) : name).replaceAll("[^A-Za-z0-9._-]", "_");
        return stem.substring(0, Math.min(stem.length(), 60));
    }
}
