package dev.swath.fianet.train;

import dev.swath.fianet.metrics.Scores;
import dev.swath.fianet.model.FiaNetConfig.Ablation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The networks of the paper's ablation tables, and those tables with our figures in them. */
public final class Ablations {
    /**
     * One row of a table.
     *
     * @param name for folders
     * @param label for people
     * @param ablation what is on
     */
    public record Variant(String name, String label, Ablation ablation) {}

    private static final Variant FULL = new Variant("full", "full model", Ablation.NONE);

    /** Table V: the two modules. */
    public static final List<Variant> MODULES = List.of(
            new Variant("baseline", "neither FIAM nor TMEM", new Ablation(false, false, true, true, true)),
            new Variant("fiam", "FIAM alone", new Ablation(true, false, true, true, true)),
            new Variant("tmem", "TMEM alone", new Ablation(false, true, true, true, true)),
            FULL);

    /** Table VI: the parts of FIAM. */
    public static final List<Variant> PARTS = List.of(
            new Variant("no-object", "without the object branch", new Ablation(true, true, true, false, true)),
            new Variant("no-position", "without the position branch", new Ablation(true, true, true, true, false)),
            new Variant("no-modulation", "without channel modulation", new Ablation(true, true, false, true, true)),
            FULL);

    private Ablations() {}

    /** Every network once, the full one first. */
    public static List<Variant> variants() {
        Map<String, Variant> out = new LinkedHashMap<>();
        out.put(FULL.name, FULL);
        MODULES.forEach(v -> out.putIfAbsent(v.name, v));
        PARTS.forEach(v -> out.putIfAbsent(v.name, v));
        return List.copyOf(out.values());
    }

    /** Both tables as Markdown; a network without figures has an empty row. */
    public static String tables(Map<String, Scores> scores) {
        return table("Table V: modules", MODULES, scores) + "\n" + table("Table VI: parts of FIAM", PARTS, scores);
    }

    private static String table(String title, List<Variant> rows, Map<String, Scores> scores) {
        StringBuilder out = new StringBuilder(title).append("\n\n| network |");
        Scores.THRESHOLDS.forEach(t -> out.append(" Pr@").append(t).append(" |"));
        out.append(" oIoU | mIoU |\n|---|---|---|---|---|---|---|---|\n");
        for (Variant row : rows) {
            out.append("| ").append(row.label).append(" |");
            Scores s = scores.get(row.name);
            if (s == null) {
                out.append(" |".repeat(Scores.THRESHOLDS.size() + 2));
            } else {
                s.precision().forEach(p -> cell(out, p));
                cell(out, s.overallIou());
                cell(out, s.meanIou());
            }
            out.append('\n');
        }
        return out.toString();
    }

    private static void cell(StringBuilder out, double value) {
        out.append(String.format(Locale.ROOT, " %.2f |", value));
    }
}
