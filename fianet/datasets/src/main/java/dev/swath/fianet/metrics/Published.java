package dev.swath.fianet.metrics;

import dev.swath.fianet.text.DatasetVocabulary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One table of the FIANet paper, with the numbers that it prints: I and III compare systems on RefSegRS and RRSIS-D, II and IV
 * four of them by category, V and VI are FIANet's ablations. All are of the test splits, in percent; the other systems were
 * retrained by the paper's authors.
 *
 * @param number in Roman figures
 * @param dataset that it is of
 * @param columns what each figure of a row is: a measure, or a system whose mIoU it is
 * @param rows in the paper's order; a table by category ends with {@link #AVERAGE}
 */
public record Published(String number, DatasetVocabulary dataset, List<String> columns, List<Row> rows) {
    /** The last row of a table by category. */
    public static final String AVERAGE = "average";

    private static final String VENUE = "venue";
    private static final Pattern TITLE = Pattern.compile("Table ([IV]+) of (\\w+)");
    private static final Pattern CELLS = Pattern.compile(" *\\| *");
    private static final List<Published> ALL = read();

    /**
     * One row.
     *
     * @param name a system, a category, or an ablated network by the name of its variant
     * @param venue where the system was published; empty in tables that do not say
     * @param figures one for each column
     */
    public record Row(String name, String venue, List<Double> figures) {
        /** Copies. */
        public Row {
            figures = List.copyOf(figures);
        }
    }

    /** Copies and checks. */
    public Published {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
        for (Row row : rows) {
            if (row.figures.size() != columns.size()) {
                throw new IllegalArgumentException(
                        "[metrics] table " + number + ": a row must have a figure for each of " + columns + "; '"
                                + row.name + "' has " + row.figures.size());
            }
        }
    }

    /** All six. */
    public static List<Published> all() {
        return ALL;
    }

    /** The table of that number. */
    public static Published numbered(String number) {
        return ALL.stream()
                .filter(t -> t.number.equals(number))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("[metrics] the paper has no table " + number));
    }

    /** The table that compares systems on a data set: I or III. */
    public static Optional<Published> overall(DatasetVocabulary dataset) {
        return switch (dataset) {
            case REFSEGRS -> Optional.of(numbered("I"));
            case RRSISD -> Optional.of(numbered("III"));
            default -> Optional.empty();
        };
    }

    /** The table of mIoU by category on a data set: II or IV. */
    public static Optional<Published> categories(DatasetVocabulary dataset) {
        return switch (dataset) {
            case REFSEGRS -> Optional.of(numbered("II"));
            case RRSISD -> Optional.of(numbered("IV"));
            default -> Optional.empty();
        };
    }

    /** The row of that name. */
    public Optional<Row> row(String name) {
        return rows.stream().filter(r -> r.name.equals(name)).findFirst();
    }

    private static List<Published> read() {
        try (InputStream in =
                Objects.requireNonNull(Published.class.getResourceAsStream("published.txt"), "published.txt")) {
            List<Published> tables = new ArrayList<>();
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.startsWith("#"))
                    .toList();
            for (int i = 0; i < lines.size(); i++) {
                Matcher title = TITLE.matcher(lines.get(i));
                if (title.matches()) {
                    tables.add(table(title, lines.stream().skip(i + 1L).takeWhile(l -> !l.isEmpty())));
                }
            }
            return List.copyOf(tables);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Published table(Matcher title, Stream<String> lines) {
        List<List<String>> cells =
                lines.map(l -> List.of(CELLS.split(l.strip()))).toList();
        List<String> heading = cells.getFirst();
        boolean venues = heading.get(1).equals(VENUE);
        int first = venues ? 2 : 1;
        List<Row> rows = cells.stream()
                .skip(1)
                .map(c -> new Row(
                        c.getFirst(),
                        venues ? c.get(1) : "",
                        c.subList(first, c.size()).stream().map(Double::valueOf).toList()))
                .toList();
        return new Published(
                title.group(1),
                DatasetVocabulary.valueOf(title.group(2)),
                heading.subList(first, heading.size()),
                rows);
    }
}
