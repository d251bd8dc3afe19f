package dev.swath.fianet.cli;

import dev.swath.fianet.metrics.Published;
import dev.swath.fianet.metrics.Scores;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.train.TrainingConfig;
import dev.swath.files.AtomicFile;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains several networks on the same data under one budget and prints one table. */
@Command(
        name = "compare",
        description = {
            "Trains networks one after the other on the same data with the same budget and seed, evaluates each final state on"
                    + " the test split, and prints one table; of a published data set with what the paper reports of them.",
            "Ctrl-C saves and ends; started again with the same options it goes on where it was."
        },
        footer = {
            "",
            "Examples:",
            "  swath compare --dataset synthetic --networks fianet,lavt --minutes 30 \\",
            "    --out compared/",
            "  swath compare --dataset refsegrs --data RefSegRS/ \\",
            "    --networks fianet,wide=wide.json --config published \\",
            "    --init-swin swin_base_patch4_window12_384_22k.pth \\",
            "    --init-bert bert-base-uncased/ --steps 16260 --out compared/"
        })
final class CompareCommand implements Callable<Integer> {
    /** Stands for the settings that are published for each network. */
    private static final String PUBLISHED = "published";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    @Spec
    CommandSpec spec;

    @Mixin
    RunOptions run;

    @Mixin
    DataOptions data;

    @Mixin
    BudgetOptions budget;

    @Mixin
    EntrantOptions entrants;

    @Option(
            names = "--networks",
            required = true,
            split = ",",
            paramLabel = "NAME[=FILE]",
            description =
                    "The networks, as 'swath doctor' lists them; or names of your own, each with its configuration, JSON"
                            + " as for train.")
    List<String> networks = List.of();

    @Option(
            names = "--config",
            defaultValue = Settings.COMPACT,
            paramLabel = "FILE",
            description =
                    "For the networks that bring none: 'compact', each as small as the bundled model; 'published', as it"
                            + " is published for the data; or JSON as for train (default: ${DEFAULT-VALUE}).")
    Path config;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Where the runs, table.md and results.json go.")
    Path out;

    @Override
    public Integer call() {
        Settings.tellInside(spec, config, Settings.COMPACT, "small network");
        Settings.tellInside(spec, config, PUBLISHED, "published settings");
        budget.check();
        data.loaderThreads();
        List<Trials.Entrant> all = entrants();
        Outputs.requireFolder(out);
        Map<Trials.Entrant, Trials.Outcome> outcomes = new LinkedHashMap<>();
        TrainingProgress progress = TrainingProgress.of(spec.commandLine().getErr(), entrants.quiet);
        try (Parallelism threads = run.parallelism()) {
            Trials trials = new Trials(out, data, budget, Backends.discover().choose(run.device), threads, progress);
            for (Trials.Entrant entrant : all) {
                Optional<Trials.Outcome> outcome = trials.run(entrant);
                if (outcome.isEmpty()) {
                    return 0;
                }
                outcomes.put(entrant, outcome.get());
                write(outcomes);
            }
        }
        table(outcomes).forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private List<Trials.Entrant> entrants() {
        List<Trials.Entrant> out = new ArrayList<>();
        for (String word : networks) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (!NAME.matcher(name).matches()) {
                throw new UsageException(
                        "--networks: a name has letters, digits, dots and hyphens; got '" + name + "'");
            }
            if (out.stream().anyMatch(e -> e.name().equalsIgnoreCase(name))) {
                throw new UsageException("--networks names '" + name + "' twice; give one of them another name, as in"
                        + " other=config.json");
            }
            Path file = equals < 0 ? config : Path.of(word.substring(equals + 1));
            boolean published = equals < 0 && Settings.means(file, PUBLISHED);
            Map<String, Object> keys = Settings.read(
                    published ? null : file,
                    equals < 0 ? name : null,
                    Networks.standard().name());
            Path vocabulary = entrants.vocabulary(Settings.isCompact(file));
            TrainingConfig settings = entrants.settings(keys, vocabulary, data, run, file.toString());
            NetworkProvider provider = Settings.network(keys);
            String label = equals < 0 ? provider.title() : name + " (" + provider.title() + ")";
            out.add(new Trials.Entrant(name, label, settings, vocabulary, entrants.origin()));
        }
        return out;
    }

    private void write(Map<Trials.Entrant, Trials.Outcome> outcomes) {
        AtomicFile.write(
                out.resolve("table.md"), (String.join("\n", table(outcomes)) + "\n").getBytes(StandardCharsets.UTF_8));
        List<Object> results = new ArrayList<>();
        outcomes.forEach((entrant, outcome) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", entrant.name());
            row.put("network", entrant.config().model().network().network());
            row.putAll(outcome.toJson());
            results.add(row);
        });
        AtomicFile.write(
                out.resolve("results.json"), (Json.write(results, true) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private List<String> table(Map<Trials.Entrant, Trials.Outcome> outcomes) {
        Trials.Outcome first = outcomes.values().iterator().next();
        List<String> headings = new ArrayList<>(List.of("network", "parameters", "steps", "batch", "minutes"));
        headings.addAll(Scores.MEASURES);
        List<List<String>> rows = new ArrayList<>();
        List<String> titles = new ArrayList<>();
        outcomes.forEach((entrant, o) -> {
            List<String> row = new ArrayList<>(List.of(
                    entrant.label(),
                    String.format(Locale.ROOT, "%,d", o.parameters()),
                    String.valueOf(o.steps()),
                    String.valueOf(entrant.config().batch() * entrant.config().accumulate()),
                    String.format(Locale.ROOT, "%.1f", o.seconds() / 60)));
            o.scores().measures().forEach(m -> row.add(cell(m)));
            rows.add(row);
            titles.add(
                    Networks.named(entrant.config().model().network().network()).title());
        });
        List<Published.Row> published = first.drawn()
                ? List.of()
                : Published.overall(data.vocabulary()).stream()
                        .flatMap(t -> t.rows().stream())
                        .filter(r -> titles.contains(r.name()))
                        .toList();
        for (Published.Row p : published) {
            List<String> row = new ArrayList<>(List.of(p.name() + " (published)", "", "", "", ""));
            p.figures().forEach(m -> row.add(cell(m)));
            rows.add(row);
        }
        List<String> lines = new ArrayList<>(List.of(
                "Measured on " + first.data() + ", trained " + budget.describe()
                        + (published.isEmpty() ? "" : "; published rows are the paper's, of the test split"),
                ""));
        lines.addAll(new Table(headings, rows).markdown());
        return lines;
    }

    private static String cell(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
