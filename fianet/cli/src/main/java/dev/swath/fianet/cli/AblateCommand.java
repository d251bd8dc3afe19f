package dev.swath.fianet.cli;

import dev.swath.fianet.metrics.Scores;
import dev.swath.fianet.model.AblationTable.Variant;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.train.Ablations;
import dev.swath.fianet.train.TrainingConfig;
import dev.swath.files.AtomicFile;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains and evaluates the networks of a paper's ablation tables. */
@Command(
        name = "ablate",
        description = {
            "Trains the networks of the paper's ablation tables, each once and all with the same steps, data and seed, and"
                    + " evaluates each final state on the test split. Beside our figures stand the paper's.",
            "Ctrl-C saves and ends; started again with the same options it goes on where it was."
        },
        footer = {
            "",
            "Example:",
            "  swath ablate --dataset synthetic --steps 2000 --out ablations/",
            "  swath ablate --dataset refsegrs --data RefSegRS/ --config small.json \\",
            "    --vocab vocab.txt --steps 9000 --out ab/"
        })
final class AblateCommand implements Callable<Integer> {
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
            names = "--network",
            paramLabel = "NAME",
            description = "Which network, as 'swath doctor' lists them (default: that of --config, or fianet).")
    @Nullable
    String network;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Where the runs, tables.md and results.json go.")
    Path out;

    @Option(
            names = "--config",
            defaultValue = Settings.COMPACT,
            paramLabel = "FILE",
            description =
                    "JSON as for train: sizes of the network, batch, learning rate; or 'compact', a network as small"
                            + " as the bundled one (default: ${DEFAULT-VALUE}).")
    Path config;

    @Override
    public Integer call() {
        Settings.tellInside(spec, config, Settings.COMPACT, "small network");
        budget.check();
        data.loaderThreads();
        Path vocabulary = entrants.vocabulary(Settings.isCompact(config));
        NetworkProvider provider = Settings.network(keys());
        Ablations ablations = new Ablations(provider);
        if (ablations.variants().isEmpty()) {
            throw new UsageException("the network " + provider.name() + " has no ablation tables");
        }
        Outputs.requireFolder(out);
        Map<String, Scores> scores = new LinkedHashMap<>();
        Map<String, Object> results = new LinkedHashMap<>();
        TrainingProgress progress = TrainingProgress.of(spec.commandLine().getErr(), entrants.quiet);
        String tables = "";
        try (Parallelism threads = run.parallelism()) {
            Trials trials = new Trials(out, data, budget, Backends.discover().choose(run.device), threads, progress);
            for (Variant variant : ablations.variants()) {
                TrainingConfig c = entrants.settings(keys(), vocabulary, data, run, config.toString());
                TrainingConfig own = c.withModel(
                        c.model().withNetwork(Ablations.apply(variant, c.model().network())));
                Optional<Trials.Outcome> measured = trials.run(
                        new Trials.Entrant(variant.name(), variant.label(), own, vocabulary, entrants.origin()));
                if (measured.isEmpty()) {
                    return 0;
                }
                Trials.Outcome outcome = measured.get();
                scores.put(variant.name(), outcome.scores());
                results.put(variant.name(), outcome.toJson());
                tables = ablations.tables(outcome.data() + ", " + budget.describe(), scores);
                AtomicFile.write(out.resolve("tables.md"), tables.getBytes(StandardCharsets.UTF_8));
                AtomicFile.write(
                        out.resolve("results.json"),
                        (Json.write(results, true) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        spec.commandLine().getOut().print(tables);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private Map<String, Object> keys() {
        return Settings.read(config, network, Networks.standard().name());
    }
}
