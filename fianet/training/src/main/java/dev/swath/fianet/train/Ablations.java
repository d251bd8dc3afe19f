package dev.swath.fianet.train;

import dev.swath.fianet.metrics.Published;
import dev.swath.fianet.metrics.Scores;
import dev.swath.fianet.model.FiaNetConfig.Ablation;
import dev.swath.fianet.text.DatasetVocabulary;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

    /**
     * Both tables as Markdown; a network without figures has an empty row. Below the full model stands what the paper reports
     * for it on the real data; its figures for the networks with parts switched off are not known here.
     *
     * @param dataset whose published figures
     * @param scores by the variants' names
     */
    public static String tables(DatasetVocabulary dataset, Map<String, Scores> scores) {
        return table("Table V: modules", MODULES, dataset, scores)
                + "\n"
                + table("Table VI: parts of FIAM", PARTS, dataset, scores);
    }

    private static String table(
            String title, List<Variant> variants, DatasetVocabulary dataset, Map<String, Scores> scores) {
        StringBuilder out = new StringBuilder(title).append("\n\n| network |");
        Scores.THRESHOLDS.forEach(t -> out.append(" Pr@").append(t).append(" |"));
        out.append(" oIoU | mIoU |\n|---|---|---|---|---|---|---|---|\n");
        for (Variant variant : variants) {
            Scores s = scores.get(variant.name);
            if (s == null) {
                row(out, variant.label, Collections.nCopies(Scores.THRESHOLDS.size(), null), null, null);
            } else {
                row(out, variant.label, s.precision(), s.overallIou(), s.meanIou());
            }
        }
        for (DatasetVocabulary one : dataset == DatasetVocabulary.BOTH
                ? List.of(DatasetVocabulary.REFSEGRS, DatasetVocabulary.RRSISD)
                : List.of(dataset)) {
            Published.on(one).stream()
                    .filter(p -> p.method().equals("FIANet"))
                    .forEach(p -> row(
                            out,
                            FULL.label + ", published for "
                                    + (one == DatasetVocabulary.REFSEGRS ? "RefSegRS" : "RRSIS-D"),
                            p.precision(),
                            p.overallIou(),
                            p.meanIou()));
        }
        return out.toString();
    }

    private static void row(
            StringBuilder out,
            String label,
            List<@Nullable Double> precision,
            @Nullable Double overallIou,
            @Nullable Double meanIou) {
        out.append("| ").append(label).append(" |");
        precision.forEach(p -> cell(out, p));
        cell(out, overallIou);
        cell(out, meanIou);
        out.append('\n');
    }

    private static void cell(StringBuilder out, @Nullable Double value) {
        out.append(value == null ? " |" : String.format(Locale.ROOT, " %.2f |", value));
    }
}
