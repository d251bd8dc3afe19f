package dev.swath.fianet.cli;

import dev.swath.files.Quoted;
import java.util.ArrayList;
import java.util.List;

/** Rows under headings, printed as aligned text, Markdown or CSV, without characters that steer a terminal and each cell cut at a length. */
record Table(List<String> headings, List<List<String>> rows) {
    Table {
        headings = shown(headings);
        rows = rows.stream().map(Table::shown).toList();
    }

    private static List<String> shown(List<String> cells) {
        return cells.stream().map(Quoted::rule).toList();
    }

    /** Columns as wide as their widest cell, two spaces apart. */
    List<String> text() {
        List<String> out = new ArrayList<>();
        for (List<String> row : all()) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i)).append(" ".repeat(width(i) - row.get(i).length() + 2));
            }
            out.add(line.toString().stripTrailing());
        }
        return out;
    }

    List<String> markdown() {
        List<String> out = new ArrayList<>();
        for (List<String> row : all()) {
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

    /** As RFC 4180 wants it. */
    private static String quoted(String cell) {
        boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }

    private List<List<String>> all() {
        List<List<String>> all = new ArrayList<>();
        all.add(headings);
        all.addAll(rows);
        return all;
    }

    private int width(int column) {
        return all().stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
