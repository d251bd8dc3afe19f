package dev.swath.fianet.cli;

import dev.swath.fianet.text.ExpressionException;
import dev.swath.fianet.text.Spaces;
import dev.swath.fianet.text.TextFile;
import dev.swath.files.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The world file beside a picture: six numbers that say where on the ground its pixels lie. What is written at the picture's
 * own size has the same.
 *
 * @param text of the file
 */
record WorldFile(String text) {
    private static final int MAX_FILE = 4096;
    private static final int NUMBERS = 6;

    /** That of a picture, if one is there and holds six numbers: a.tfw, a.tifw or a.wld beside a.tif, and so on. */
    static Optional<WorldFile> beside(Path picture) {
        String name = String.valueOf(picture.getFileName());
        int dot = name.lastIndexOf('.');
        if (dot < 1 || dot == name.length() - 1) {
            return Optional.empty();
        }
        String ending = name.substring(dot + 1);
        List<String> endings = List.of(world(ending), ending + "w", "wld");
        return endings.stream()
                .flatMap(e -> Stream.of(e, e.toLowerCase(Locale.ROOT), e.toUpperCase(Locale.ROOT)))
                .distinct()
                .map(e -> picture.resolveSibling(name.substring(0, dot + 1) + e))
                .filter(Files::isRegularFile)
                .flatMap(f -> read(f).stream())
                .findFirst();
    }

    private static Optional<WorldFile> read(Path file) {
        try {
            String text = TextFile.read(file, "world", MAX_FILE);
            String[] numbers = Spaces.plain(text).strip().split(" +");
            for (String number : numbers) {
                Double.parseDouble(number);
            }
            return numbers.length == NUMBERS
                    ? Optional.of(new WorldFile(String.join("\n", numbers) + "\n"))
                    : Optional.empty();
        } catch (ExpressionException | NumberFormatException _) {
            return Optional.empty(); // some other file of that ending
        }
    }

    /** Writes it for a picture that was written, and adds it to the list. */
    void write(Path picture, List<Path> written) {
        String name = picture.getFileName().toString();
        int dot = name.lastIndexOf('.');
        Path file = picture.resolveSibling(name.substring(0, dot + 1) + world(name.substring(dot + 1)));
        AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
        written.add(file);
    }

    /** The first and the last letter of an ending, and a w. */
    private static String world(String ending) {
        return "" + ending.charAt(0) + ending.charAt(ending.length() - 1) + "w";
    }
}
