package dev.swath.device;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;

/** Lines of results, written to a file as they come, so that being stopped loses nothing, and printed too. */
final class Report {
    private final Path file;

    /** A fresh file in the folder. */
    Report(Path folder, String name) {
        this.file = folder.resolve(name);
        try {
            Files.createDirectories(folder);
            Files.writeString(file, "");
        } catch (IOException e) {
            throw new UncheckedIOException("the results cannot be written: " + file, e);
        }
    }

    /** One line, as {@link String#format} makes it. */
    void line(String format, Object... values) {
        String text = String.format(Locale.ROOT, format, values);
        System.out.println(text);
        try {
            Files.writeString(file, text + "\n", StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("the results cannot be written: " + file, e);
        }
    }

    /** The middle of an odd number of values, or the mean of the two in the middle. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
