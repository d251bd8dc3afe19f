package dev.swath.fianet.train;

import dev.swath.fianet.metrics.Published;
import dev.swath.fianet.metrics.Scores;
import dev.swath.fianet.model.AblationTable;
import dev.swath.fianet.model.AblationTable.Variant;
import dev.swath.fianet.model.NetworkConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The networks of a network's ablation tables, and those tables with our figures in them. FIANet's have the paper's numbers, and beside
 * each of our figures stands the paper's.
 */
public final class Ablations {
    private static final String PAPER = "FIANet";
    private static final Pattern NUMBERED = Pattern.compile("Table ([IVX]+): .*");

    /** What the paper's ablation tables have of each network, and so do ours. */
    private static final List<String> MEASURES = Published.numbered("V").columns();

    private final NetworkProvider network;

    /** Those of a network. */
    public Ablations(NetworkProvider network) {
        this.network = network;
    }

    /** Every network once, the full one first, by the name that it has in the first table with it. */
    public List<Variant> variants() {
        Map<Object, Variant> out = new LinkedHashMap<>();
        all().filter(Variant::isFull).forEach(v -> out.putIfAbsent(keys(v), v));
        all().forEach(v -> out.putIfAbsent(keys(v), v));
        return List.copyOf(out.values());
    }

    private Stream<Variant> all() {
        return network.ablations().stream().flatMap(t -> t.variants().stream());
    }

    /** What a variant is, whatever it is called. */
    private static Map<String, Object> keys(Variant variant) {
        return Json.parseObject(variant.keys());
    }

    /** The one of {@link #variants} that is the same network. */
    private Variant trained(Variant variant) {
        return variants().stream()
                .filter(v -> keys(v).equals(keys(variant)))
                .findFirst()
                .orElseThrow();
    }

    /** A configuration with what the variant switches off. */
    public static NetworkConfig apply(Variant variant, NetworkConfig config) {
        return config.with(new Fields(keys(variant), variant.name()));
    }

    /**
     * The tables as Markdown; a network without figures has an empty row.
     *
     * @param data what the figures were measured on, for people
     * @param scores by the names of {@link #variants}
     */
    public String tables(String data, Map<String, Scores> scores) {
        return network.ablations().stream().map(t -> table(t, data, scores)).collect(Collectors.joining("\n"));
    }

    private String table(AblationTable table, String data, Map<String, Scores> scores) {
        Optional<Published> published = published(table);
        StringBuilder out =
                new StringBuilder(table.title()).append("; measured on ").append(data);
        published.ifPresent(
                p -> out.append("; published for ").append(p.dataset().title()).append(", test split"));
        List<String> headings = new ArrayList<>(List.of("network"));
        headings.addAll(MEASURES);
        published.ifPresent(p -> p.columns().forEach(c -> headings.add(c + ", published")));
        out.append("\n\n| ").append(String.join(" | ", headings)).append(" |\n|");
        out.append("---|".repeat(headings.size())).append('\n');
        for (Variant variant : table.variants()) {
            out.append("| ").append(variant.label()).append(" |");
            Scores s = scores.get(trained(variant).name());
            MEASURES.forEach(m -> cell(out, s == null ? null : s.measure(m)));
            published.ifPresent(p -> {
                Optional<Published.Row> row = p.row(variant.name());
                for (int i = 0; i < p.columns().size(); i++) {
                    cell(out, row.isEmpty() ? null : row.get().figures().get(i));
                }
            });
            out.append('\n');
        }
        return out.toString();
    }

    private Optional<Published> published(AblationTable table) {
        Matcher title = NUMBERED.matcher(table.title());
        return network.title().equals(PAPER) && title.matches()
                ? Optional.of(Published.numbered(title.group(1)))
                : Optional.empty();
    }

    private static void cell(StringBuilder out, @Nullable Double value) {
        out.append(value == null ? " |" : String.format(Locale.ROOT, " %.2f |", value));
    }
}
