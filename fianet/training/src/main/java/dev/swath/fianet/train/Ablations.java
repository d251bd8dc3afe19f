package dev.swath.fianet.train;

import dev.swath.fianet.metrics.Published;
import dev.swath.fianet.metrics.Scores;
import dev.swath.fianet.model.AblationTable;
import dev.swath.fianet.model.AblationTable.Variant;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The networks of a network's ablation tables, and those tables with our figures in them. */
public final class Ablations {
    private final NetworkProvider network;

    /** Those of a network. */
    public Ablations(NetworkProvider network) {
        this.network = network;
    }

    /** Every network once, the full one first. */
    public List<Variant> variants() {
        Map<String, Variant> out = new LinkedHashMap<>();
        all().filter(Variant::isFull).forEach(v -> out.put(v.name(), v));
        all().forEach(v -> out.putIfAbsent(v.name(), v));
        return List.copyOf(out.values());
    }

    private Stream<Variant> all() {
        return network.ablations().stream().flatMap(t -> t.variants().stream());
    }

    /** A configuration with what the variant switches off. */
    public static NetworkConfig apply(Variant variant, NetworkConfig config) {
        return config.with(new Fields(Json.parseObject(variant.keys()), variant.name()));
    }

    /**
     * The tables as Markdown; a network without figures has an empty row. Below the full model stands what the paper reports
     * for it on the real data; its figures for the networks with parts switched off are not known here.
     *
     * @param dataset whose published figures
     * @param scores by the variants' names
     */
    public String tables(DatasetVocabulary dataset, Map<String, Scores> scores) {
        return network.ablations().stream().map(t -> table(t, dataset, scores)).collect(Collectors.joining("\n"));
    }

    private String table(AblationTable table, DatasetVocabulary dataset, Map<String, Scores> scores) {
        StringBuilder out = new StringBuilder(table.title()).append("\n\n| network |");
        Scores.THRESHOLDS.forEach(t -> out.append(" Pr@").append(t).append(" |"));
        out.append(" oIoU | mIoU |\n|---|---|---|---|---|---|---|---|\n");
        for (Variant variant : table.variants()) {
            Scores s = scores.get(variant.name());
            if (s == null) {
                row(out, variant.label(), Collections.nCopies(Scores.THRESHOLDS.size(), null), null, null);
            } else {
                row(out, variant.label(), s.precision(), s.overallIou(), s.meanIou());
            }
        }
        for (DatasetVocabulary one : dataset == DatasetVocabulary.BOTH
                ? List.of(DatasetVocabulary.REFSEGRS, DatasetVocabulary.RRSISD)
                : List.of(dataset)) {
            Published.on(one).stream()
                    .filter(p -> p.method().equals(network.title()))
                    .forEach(p -> row(
                            out,
                            Variant.full("{}").label() + ", published for "
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
