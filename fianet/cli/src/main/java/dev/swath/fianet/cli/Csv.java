package dev.swath.fianet.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Comma-separated values as RFC 4180 has them: quotes may hold commas, newlines and doubled quotes. */
final class Csv {
    private Csv() {}

    /** Rows with each cell whole, for programs; control characters are escaped, so that each row is a line. */
    static String text(List<List<String>> rows) {
        StringBuilder out = new StringBuilder();
        for (List<String> row : rows) {
            out.append(String.join(",", row.stream().map(Csv::cell).toList())).append('\n');
        }
        return out.toString();
    }

    /** One cell, in quotes where it needs them. */
    static String cell(String value) {
        StringBuilder escaped = new StringBuilder(value.length());
        value.codePoints().forEach(c -> {
            if (Character.isISOControl(c)) {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                escaped.appendCodePoint(c);
            }
        });
        boolean plain = value.chars().noneMatch(c -> c == ',' || c == '"');
        return plain ? escaped.toString() : '"' + escaped.toString().replace("\"", "\"\"") + '"';
    }

    /** The rows with their cells; empty lines are left out. Lines end as on any system. */
    static List<List<String>> rows(String text, char separator) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        boolean any = false;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? '\n' : text.charAt(i);
            if (quoted && i < text.length()) {
                if (c != '"') {
                    cell.append(c);
                } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    cell.append('"');
                    i++;
                } else {
                    quoted = false;
                }
            } else if (quoted) {
                throw new UsageException("a quote is opened in row " + (rows.size() + 1) + " and not closed");
            } else if (c == '"' && cell.isEmpty()) {
                quoted = true;
                any = true;
            } else if (c == separator || c == '\n' || c == '\r') {
                any |= c == separator || !cell.isEmpty();
                row.add(cell.toString());
                cell.setLength(0);
                if (c != separator) {
                    if (any) {
                        rows.add(row);
                    }
                    row = new ArrayList<>();
                    any = false;
                }
            } else {
                cell.append(c);
            }
        }
        return rows;
    }
}
