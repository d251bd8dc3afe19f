package dev.swath.fianet.cli;

import dev.swath.fianet.NetworkSummary;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Counted;
import dev.swath.files.json.Json;
import dev.swath.nn.Summary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the modules of a network. */
@Command(
        name = "summary",
        description = {
            "Lists the modules of a network: the shape that each gives for one image and one sentence, its parameters, and its"
                    + " operations in millions (a multiplication and an addition are two).",
            "Found on shapes alone: nothing is computed, and no weights are read."
        },
        footer = {
            "",
            "Examples:",
            "  swath summary --weights best.pth",
            "  swath summary --weights bundled",
            "  swath summary --network fianet --dataset rrsisd --depth 2"
        })
final class SummaryCommand implements Callable<Integer> {
    enum Format {
        TEXT,
        MARKDOWN,
        CSV,
        JSON
    }

    /** Which network. */
    static final class Which {
        @Option(
                names = "--weights",
                required = true,
                paramLabel = "FILE|DIR",
                description = ModelOptions.WEIGHTS + ": the network that it holds.")
        @Nullable
        Path weights;

        @Option(
                names = "--network",
                required = true,
                paramLabel = "NAME",
                description = "A network as published, by the name that 'swath doctor' lists.")
        @Nullable
        String network;
    }

    @Spec
    CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    Which which;

    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            description =
                    "With --network, as published for which data set: refsegrs, rrsisd, risbench or both (default: refsegrs).")
    @Nullable
    DatasetVocabulary dataset;

    @Option(
            names = "--model-config",
            paramLabel = "FILE",
            description = "With --weights, a config.json with what the checkpoint does not tell.")
    @Nullable
    Path modelConfig;

    @Option(
            names = "--depth",
            defaultValue = "3",
            paramLabel = "N",
            description = "Modules whose names have at most N parts; 0 for all (default: ${DEFAULT-VALUE}).")
    int depth;

    @Option(
            names = "--format",
            defaultValue = "text",
            description = "text, markdown, csv or json (default: ${DEFAULT-VALUE}).")
    Format format;

    @Override
    public Integer call() {
        if (depth < 0) {
            throw new UsageException("--depth must not be negative; got " + depth);
        }
        if (which.weights != null && dataset != null || which.network != null && modelConfig != null) {
            throw new UsageException("--dataset goes with --network, and --model-config with --weights");
        }
        if (which.weights != null && modelConfig != null && Segmenters.isBundled(which.weights)) {
            throw new UsageException("--model-config has no place beside the model inside, which has its own");
        }
        lines(found()).forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private NetworkSummary found() {
        if (which.weights == null) {
            return NetworkSummary.published(
                    Settings.named(String.valueOf(which.network)).name(),
                    dataset == null ? DatasetVocabulary.REFSEGRS : dataset);
        }
        Segmenters.tellInside(spec, which.weights);
        return Segmenters.isBundled(which.weights)
                ? NetworkSummary.bundled()
                : NetworkSummary.of(which.weights, modelConfig);
    }

    private List<Summary.Row> rows(Summary modules) {
        return modules.rows().stream()
                .filter(r ->
                        depth == 0 || r.name().chars().filter(c -> c == '.').count() < depth)
                .toList();
    }

    private List<String> lines(NetworkSummary found) {
        if (format == Format.JSON) {
            return List.of(Json.write(json(found), true));
        }
        List<List<String>> cells = new ArrayList<>();
        for (Summary.Row r : rows(found.modules())) {
            cells.add(List.of(
                    r.name().isEmpty() ? "(network)" : r.name(),
                    r.type(),
                    r.output(),
                    String.valueOf(r.parameters()),
                    million(r.flops())));
        }
        Table table = new Table(List.of("module", "type", "output", "parameters", "Mops"), cells);
        if (format == Format.CSV) {
            return table.csv();
        }
        ModelConfig config = found.config();
        List<String> out = new ArrayList<>(List.of(
                found.title() + ", one image of " + config.imageSize() + " x " + config.imageSize()
                        + " pixels and a sentence of "
                        + config.sentenceLength() + " pieces: "
                        + Counted.of(found.modules().parameters(), "parameter") + ", "
                        + String.format(Locale.ROOT, "%.1f", found.modules().flops() / 1e9) + " Gops",
                ""));
        out.addAll(format == Format.MARKDOWN ? table.markdown() : table.text());
        return out;
    }

    private static String million(long n) {
        return String.format(Locale.ROOT, "%.1f", n / 1e6);
    }

    private Map<String, Object> json(NetworkSummary found) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("network", found.config().network().network());
        out.put("parameters", found.modules().parameters());
        out.put("operations", found.modules().flops());
        out.put("config", found.config().toJson());
        List<Object> modules = new ArrayList<>();
        for (Summary.Row r : rows(found.modules())) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", r.name());
            row.put("type", r.type());
            row.put("output", r.output());
            row.put("parameters", r.parameters());
            row.put("operations", r.flops());
            modules.add(row);
        }
        out.put("modules", modules);
        return out;
    }
}
