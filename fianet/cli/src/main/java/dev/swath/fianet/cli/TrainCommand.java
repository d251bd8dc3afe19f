package dev.swath.fianet.cli;

import dev.swath.fianet.model.Networks;
import dev.swath.fianet.train.TrainingConfig;
import dev.swath.fianet.train.TrainingData;
import dev.swath.fianet.train.TrainingRun;
import dev.swath.files.Counted;
import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.train.TrainingListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a network. */
@Command(
        name = "train",
        description = {
            "Trains a network, FIANet unless --network says otherwise, on a data set; without --config as published for it.",
            "OUT will hold last/ and best/ (model folders for --weights), metrics.jsonl, metrics.csv, curves.png and"
                    + " tensorboard/. Ctrl-C saves and ends; the same command with --resume goes on, with the same result"
                    + " as if it had not been cut."
        },
        footer = {
            "",
            "Examples:",
            "  swath train --dataset refsegrs --data RefSegRS/ \\",
            "    --init-swin swin_base_patch4_window12_384_22k.pth \\",
            "    --init-bert bert-base-uncased/ --out run/",
            "  swath train --dataset synthetic --config compact --synth-count 2000 \\",
            "    --out run/",
            "  swath train --dataset synthetic-rrsisd --config small.json \\",
            "    --vocab vocab.txt --out run/"
        })
final class TrainCommand implements Callable<Integer> {
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

    @Option(
            names = "--multi-scale",
            paramLabel = "MODULE",
            description = "Of FIANet, what lets its maps act on each other: tmem, cim, lgce or none (default: tmem).")
    @Nullable
    String multiScale;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder of the run.")
    Path out;

    @Option(
            names = "--init-model",
            paramLabel = "FILE|DIR",
            description =
                    "A trained network of the same kind and sizes to begin with, to go on on other data or images.")
    @Nullable
    Path initModel;

    @Option(names = "--init-swin", paramLabel = "FILE", description = "Official Swin weights (.pth) to begin with.")
    @Nullable
    Path initSwin;

    @Option(
            names = "--init-bert",
            paramLabel = "DIR",
            description = "BERT folder (vocab.txt, pytorch_model.bin or model.safetensors) to begin with.")
    @Nullable
    Path initBert;

    @Option(
            names = "--vocab",
            paramLabel = "FILE",
            description = "The vocab.txt, if the text encoder does not begin with --init-bert.")
    @Nullable
    Path vocab;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "JSON with any of the keys of docs/training.md, or 'compact' for a network as small as the bundled"
                            + " one with its vocabulary; options on the command line win.")
    @Nullable
    Path config;

    @Option(
            names = "--resume",
            description = "Go on from OUT/last, or begin if there is none; a greater --epochs makes the run longer.")
    boolean resume;

    @Option(
            names = "--max-steps",
            paramLabel = "N",
            description = "Stop after N optimizer steps in all; the schedule still goes by the epochs.")
    @Nullable
    Long maxSteps;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the data.")
    @Nullable
    Integer epochs;

    @Option(names = "--batch", paramLabel = "N", description = "Samples of a forward pass.")
    @Nullable
    Integer batch;

    @Option(names = "--accumulate", paramLabel = "N", description = "Forward passes of an optimizer step.")
    @Nullable
    Integer accumulate;

    @Option(names = "--lr", paramLabel = "X", description = "Learning rate of the first step.")
    @Nullable
    Double learningRate;

    @Option(names = "--weight-decay", paramLabel = "X", description = "Decay of all but norms and bias tables.")
    @Nullable
    Double weightDecay;

    @Option(names = "--clip", paramLabel = "X", description = "Greatest norm of the gradient; 0 for any.")
    @Nullable
    Double clip;

    @Option(
            names = "--checkpointing",
            description = "Compute blocks again in the backward pass instead of keeping them: less memory, more time.")
    @Nullable
    Boolean checkpointing;

    @Option(
            names = "--select-on",
            paramLabel = "SPLIT",
            description =
                    "val or test: which split the best state is chosen on (default: val). The published code chooses"
                            + " on test, the split whose figures it reports; such figures are too good.")
    @Nullable
    String selectOn;

    @Option(names = "--augment", split = ",", paramLabel = "KIND", description = "squares, turns, or squares,turns.")
    @Nullable
    List<String> augment;

    @Option(names = "--save-every", paramLabel = "N", description = "Save every N steps too, not only each epoch.")
    @Nullable
    Integer saveEvery;

    @Option(names = "--seed", paramLabel = "N", description = "Of first weights, order, dropout and augmentation.")
    @Nullable
    Long seed;

    @Option(names = "--quiet", description = "No progress; results and errors only.")
    boolean quiet;

    @Override
    public Integer call() {
        Settings.tellInside(spec, config, Settings.COMPACT, "small network");
        if (maxSteps != null && maxSteps < 1) {
            throw new UsageException("--max-steps must be at least 1; got " + maxSteps);
        }
        if (initBert != null && !Files.isDirectory(initBert)) {
            throw new UsageException("--init-bert must name a folder, but " + Quoted.path(initBert) + " is none");
        }
        int loaderThreads = data.loaderThreads();
        Backend backend = Backends.discover().choose(run.device);
        TrainingConfig begun = resume ? TrainingRun.configOf(out) : null;
        Path vocabulary = vocabulary(begun != null);
        TrainingConfig settings = settings(begun, vocabulary);
        if (settings.model().dataset() != data.vocabulary()) {
            throw new UsageException("--dataset and model.dataset of the configuration must agree; got " + data.dataset
                    + " and " + settings.model().dataset());
        }
        try (Parallelism threads = run.parallelism();
                DataOptions.Opened opened = data.open(
                        settings.evaluation().selectOn(), settings.model().imageSize());
                TrainingRun training = TrainingRun.open(new TrainingRun.Options(
                        out,
                        settings,
                        new TrainingData(opened.train(), opened.selection()),
                        vocabulary,
                        new TrainingRun.Origin(initModel, initSwin, initBert),
                        resume,
                        maxSteps == null ? Long.MAX_VALUE : maxSteps,
                        backend,
                        threads,
                        loaderThreads,
                        provenance(backend)))) {
            return train(training, settings, opened);
        }
    }

    private int train(TrainingRun training, TrainingConfig settings, DataOptions.Opened opened) {
        TrainingProgress progress = TrainingProgress.of(spec.commandLine().getErr(), quiet);
        if (!quiet) {
            progress.say("configuration " + Json.write(settings.toJson(), false));
            progress.say(Counted.of(opened.train().size(), "sample") + " to learn from, "
                    + opened.selection().size() + " to choose by; "
                    + Counted.of(training.plan().epochs(), "epoch") + " of "
                    + Counted.of(training.plan().stepsPerEpoch(), "step"));
            training.notes().forEach(progress::say);
            warmUpNote(settings, training.plan().lastStep()).ifPresent(progress::say);
        }
        TrainingListener.End end = Interruptible.run(training, progress, List.of(progress, new TrainingListener() {
            @Override
            public void onEnd(End how, long steps) {
                progress.say(sentence(how, steps));
            }
        }));
        if (end != TrainingListener.End.STOPPED) {
            var stdout = spec.commandLine().getOut();
            stdout.println(out.resolve("last"));
            stdout.flush();
        }
        return 0;
    }

    /** A run that ends before its learning rate has grown to what was asked for learns little; "compact" warms up for long. */
    static Optional<String> warmUpNote(TrainingConfig settings, long lastStep) {
        int warmUp = settings.optimizer().warmupSteps();
        return lastStep >= warmUp
                ? Optional.empty()
                : Optional.of("the run has " + Counted.of(lastStep, "step") + ", fewer than the " + warmUp
                        + " in which the learning rate grows to its full size; make it longer, or set optimizer.warmup_steps"
                        + " lower in --config");
    }

    private String sentence(TrainingListener.End end, long steps) {
        return switch (end) {
            case FINISHED ->
                "done after " + Counted.of(steps, "step") + "; the best model is in " + out.resolve("best");
            case MAX_STEPS, STOPPED ->
                "saved after step " + steps + " in " + out.resolve("last")
                        + "; go on with the same command and --resume";
        };
    }

    /** The file; null for a run that goes on with its own. */
    private @Nullable Path vocabulary(boolean goesOn) {
        if (vocab != null) {
            return vocab;
        }
        if (initBert != null) {
            Path own = initBert.resolve("vocab.txt");
            return goesOn && !Files.exists(own) ? null : own;
        }
        if (goesOn) {
            return null;
        }
        if (Settings.isCompact(config)) {
            return Settings.bundledVocabulary();
        }
        throw new UsageException("a vocabulary is needed: give --init-bert, or --vocab to begin from noise");
    }

    /** The published configuration, or that of the run that goes on; the file's keys over it; the command line's over both. */
    private TrainingConfig settings(@Nullable TrainingConfig begun, @Nullable Path vocabulary) {
        String fallback = begun != null
                ? begun.model().network().network()
                : Networks.standard().name();
        Map<String, Object> keys = Settings.read(config, network, fallback);
        TrainingConfig defaults =
                begun != null ? begun : TrainingConfig.published(Settings.network(keys), data.vocabulary());
        if (begun == null && initBert == null && vocabulary != null) {
            Settings.vocabularySize(keys, vocabulary);
        }
        String where = config == null ? "the command line" : config.toString();
        return new Overrulings()
                .with("--multi-scale", multiScale, "model", "multi_scale")
                .with("--epochs", epochs, "epochs")
                .with("--batch", batch, "batch")
                .with("--accumulate", accumulate, "accumulate")
                .with("--seed", seed, "seed")
                .with("--augment", augment, "augment")
                .with("--checkpointing", checkpointing, "checkpointing")
                .with("--precision", run.precision == null ? null : run.precision.toString(), "precision")
                .with("--save-every", saveEvery, "save_every")
                .with("--lr", learningRate, "optimizer", "learning_rate")
                .with("--weight-decay", weightDecay, "optimizer", "weight_decay")
                .with("--clip", clip, "optimizer", "clip")
                .with("--select-on", selectOn, "evaluation", "select_on")
                .over(keys, where, defaults);
    }

    private Map<String, Object> provenance(Backend backend) {
        Map<String, Object> p = new LinkedHashMap<>();
        p.put("swath", spec.root().version()[0]);
        p.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        p.put("backend", backend.description());
        p.put(
                "command",
                spec.commandLine().getParent().getParseResult().originalArgs().stream()
                        .toList());
        p.put("started", Instant.now().toString());
        return p;
    }
}
