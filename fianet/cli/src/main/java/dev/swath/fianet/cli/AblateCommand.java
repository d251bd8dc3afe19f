package dev.swath.fianet.cli;

import dev.swath.fianet.data.Split;
import dev.swath.fianet.metrics.Scores;
import dev.swath.fianet.model.AblationTable.Variant;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.train.Ablations;
import dev.swath.fianet.train.TrainingConfig;
import dev.swath.fianet.train.TrainingData;
import dev.swath.fianet.train.TrainingRun;
import dev.swath.files.AtomicFile;
import dev.swath.files.json.Fields;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
            "Trains the full network and each one with a part switched off, all with the same steps, data and seed, and"
                    + " evaluates each final state on the test split. Beside them stands what the paper reports for the full model.",
            "Started again with the same options it goes on where it was."
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

    @Option(
            names = "--network",
            paramLabel = "NAME",
            description = "Which network, as 'swath doctor' lists them (default: that of --config, or fianet).")
    @Nullable
    String network;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where the runs and tables.md go.")
    Path out;

    @Option(names = "--steps", required = true, paramLabel = "N", description = "Optimizer steps of each network.")
    int steps;

    @Option(
            names = "--config",
            defaultValue = Settings.COMPACT,
            paramLabel = "FILE",
            description =
                    "JSON as for train: sizes of the network, batch, learning rate; or 'compact', a network as small"
                            + " as the bundled one (default: ${DEFAULT-VALUE}).")
    Path config;

    @Option(
            names = "--vocab",
            paramLabel = "FILE",
            description = "The vocab.txt; with the compact network that of the bundled model unless given.")
    @Nullable
    Path vocab;

    @Option(names = "--quiet", description = "No progress; results and errors only.")
    boolean quiet;

    @Override
    public Integer call() {
        Settings.tellInside(spec, config, Settings.COMPACT, "small network");
        if (steps < 1) {
            throw new UsageException("--steps must be at least 1; got " + steps);
        }
        data.loaderThreads();
        Path vocabulary = vocabulary();
        NetworkProvider provider = Settings.network(keys());
        Ablations ablations = new Ablations(provider);
        if (ablations.variants().isEmpty()) {
            throw new UsageException("the network " + provider.name() + " has no ablation tables");
        }
        Outputs.folder(out);
        Backend backend = Backends.discover().choose(run.device);
        Map<String, Scores> scores = new LinkedHashMap<>();
        TrainingProgress progress = TrainingProgress.of(spec.commandLine().getErr(), quiet);
        try (Parallelism threads = run.parallelism()) {
            for (Variant variant : ablations.variants()) {
                progress.say(variant.label());
                scores.put(variant.name(), score(variant, vocabulary, backend, threads, progress));
                AtomicFile.write(
                        out.resolve("tables.md"),
                        ablations.tables(data.vocabulary(), scores).getBytes(StandardCharsets.UTF_8));
            }
        }
        spec.commandLine().getOut().print(ablations.tables(data.vocabulary(), scores));
        spec.commandLine().getOut().flush();
        return 0;
    }

    private Path vocabulary() {
        if (vocab != null) {
            return vocab;
        }
        if (Settings.isCompact(config)) {
            return Settings.bundledVocabulary();
        }
        throw new UsageException("a vocabulary is needed: give --vocab");
    }

    private Scores score(
            Variant variant, Path vocabulary, Backend backend, Parallelism threads, TrainingProgress progress) {
        TrainingConfig settings = settings(variant, vocabulary);
        try (DataOptions.Opened opened = data.open(Split.TEST, settings.model().imageSize())) {
            int perEpoch = Math.max(1, opened.train().size() / settings.batch() / settings.accumulate());
            TrainingConfig whole = settings.withEpochs(Math.ceilDiv(steps, perEpoch));
            try (TrainingRun training = TrainingRun.open(new TrainingRun.Options(
                    out.resolve(variant.name()),
                    whole,
                    new TrainingData(opened.train(), opened.selection()),
                    vocabulary,
                    TrainingRun.Origin.NOISE,
                    true,
                    steps,
                    backend,
                    threads,
                    data.loaderThreads(),
                    Map.of("ablation", variant.label())))) {
                training.run(List.of(progress));
                return training.measure();
            }
        }
    }

    private Map<String, Object> keys() {
        return Settings.read(config, network, Networks.standard().name());
    }

    private TrainingConfig settings(Variant variant, Path vocabulary) {
        Map<String, Object> keys = keys();
        Settings.vocabularySize(keys, vocabulary);
        TrainingConfig c = TrainingConfig.fromJson(
                new Fields(keys, config.toString()),
                TrainingConfig.published(Settings.network(keys), data.vocabulary()));
        return c.withModel(
                c.model().withNetwork(Ablations.apply(variant, c.model().network())));
    }
}
