package dev.swath.fianet.cli;

import dev.swath.files.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Rows under headings, printed as aligned text, Markdown or CSV. Cells may come from anywhere: control characters are
 * escaped, and but for CSV, which programs read, long cells are cut.
 */
record Table(List<String> headings, List<List<String>> rows) {
    Table {
        headings = List.copyOf(headings);
        rows = rows.stream().map(List::copyOf).toList();
    }

    /** Columns as wide as their widest cell, two spaces apart. */
    List<String> text() {
        List<String> out = new ArrayList<>();
        List<List<String>> shown = shown();
        int[] widths = new int[headings.size()];
        for (List<String> row : shown) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : shown) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            out.add(line.toString().stripTrailing());
        }
        return out;
    }

    List<String> markdown() {
        List<String> out = new ArrayList<>();
        for (List<String> row : shown()) {
            out.add("| "
                    + String.join(
                            " | ", row.stream().map(c -> c.replace("|", "\\|")).toList()) + " |");
            if (out.size() == 1) {
                out.add("|" + "---|".repeat(headings.size()));
            }
        }
        return out;
    }

    List<String> csv() {
        return all().stream()
                .map(row -> String.join(",", row.stream().map(Table::quoted).toList()))
                .toList();
    }

    /** As RFC 4180 wants it, on one line. */
    static String quoted(String cell) {
        StringBuilder escaped = new StringBuilder(cell.length());
        cell.codePoints().forEach(c -> {
            if (Character.isISOControl(c)) {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                escaped.appendCodePoint(c);
            }
        });
        boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"');
        return plain ? escaped.toString() : '"' + escaped.toString().replace("\"", "\"\"") + '"';
    }

    private List<List<String>> shown() {
        return all().stream()
                .map(row -> row.stream().map(Quoted::text).toList())
                .toList();
    }

    private List<List<String>> all() {
        List<List<String>> all = new ArrayList<>();
        all.add(headings);
        all.addAll(rows);
        return all;
    }
}
