package dev.swath.fianet.train;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.data.SampleEncoder;
import dev.swath.fianet.image.Preprocessor;
import dev.swath.fianet.metrics.Scores;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.Recognition;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.text.ExpressionParser;
import dev.swath.fianet.text.PosTagger;
import dev.swath.files.Counted;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.train.Trainer;
import dev.swath.nn.train.TrainingException;
import dev.swath.nn.train.TrainingListener;
import dev.swath.nn.train.TrainingPlan;
import dev.swath.tokenizer.Vocabulary;
import dev.swath.tokenizer.WordPieceTokenizer;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.LoadReport;
import dev.swath.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A training of a network in a folder: opened new or from the folder's last checkpoint, then run to its end. The folder holds
 * {@code last/} and {@code best/} (model folders; {@code last} with what going on needs), {@code metrics.jsonl}, {@code
 * metrics.csv}, {@code curves.png} and {@code tensorboard/}.
 */
public final class TrainingRun implements AutoCloseable {
    /**
     * What the first weights are taken from; what no file gives is drawn by the seed.
     *
     * @param model a whole network of the same kind and sizes, as a folder or a checkpoint, or null
     * @param swin official Swin weights for the backbone, or null
     * @param bert a BERT folder for the text encoder, or null
     */
    public record Origin(
            @Nullable Path model,
            @Nullable Path swin,
            @Nullable Path bert) {
        /** Everything is drawn. */
        public static final Origin NOISE = new Origin(null, null, null);
    }

    /**
     * How a run is opened.
     *
     * @param out its folder
     * @param config what fixes it
     * @param data its splits
     * @param vocabulary the {@code vocab.txt}; a resumed run uses that of its checkpoint, which must be the same if one is given, and
     *     needs none
     * @param origin of the first weights; a resumed run uses those of its checkpoint
     * @param resume whether to go on from the folder's checkpoint, if there is one
     * @param maxSteps where to stop, counted from the very first step
     * @param backend whose kernels
     * @param parallelism how many threads compute
     * @param loaderThreads how many threads read samples ahead, at least 1; no number depends on it
     * @param provenance what else a checkpoint says about its origin
     */
    public record Options(
            Path out,
            TrainingConfig config,
            TrainingData data,
            @Nullable Path vocabulary,
            Origin origin,
            boolean resume,
            long maxSteps,
            Backend backend,
            Parallelism parallelism,
            int loaderThreads,
            Map<String, Object> provenance) {
        /** Checks. */
        public Options {
            if (loaderThreads < 1) {
                throw new TrainingException(
                        "[train] the number of loader threads must be at least 1; got " + loaderThreads);
            }
        }
    }

    private final RunFolder folder;
    private final NetworkTrainer task;
    private final RunLogs logs;
    private final RunState start;
    private final TrainingPlan plan;
    private final List<String> notes;
    private @Nullable Trainer trainer;
    private boolean stopEarly;
    private volatile boolean begun;

    private TrainingRun(
            RunFolder folder,
            NetworkTrainer task,
            RunLogs logs,
            RunState start,
            TrainingPlan plan,
            List<String> notes) {
        this.folder = folder;
        this.task = task;
        this.logs = logs;
        this.start = start;
        this.plan = plan;
        this.notes = List.copyOf(notes);
    }

    /** Opens a run; everything that can be wrong with its settings is found here, and then nothing stays that was not there before. */
    public static TrainingRun open(Options options) {
        RunFolder folder = RunFolder.open(options.out);
        try {
            return open(options, folder);
        } catch (RuntimeException | Error e) {
            folder.abandon();
            throw e;
        }
    }

    private static TrainingRun open(Options o, RunFolder folder) {
        boolean resumed = folder.has(RunFolder.LAST);
        if (resumed && !o.resume) {
            throw new TrainingException("[train] " + o.out
                    + " holds a checkpoint already; go on with it by --resume, or choose another folder with --out");
        }
        Path last = folder.resolve(RunFolder.LAST);
        List<String> notes = new ArrayList<>();
        RunState saved = resumed ? RunState.resume(last.resolve(RunCheckpoint.STATE)) : null;
        if (saved != null) {
            notes.addAll(Resumption.requireSame(o, saved));
            RunCheckpoint.requireWhole(last, saved);
        }
        Path vocabularyFile = saved != null ? last.resolve(RunCheckpoint.VOCABULARY) : o.vocabulary;
        if (vocabularyFile == null) {
            throw new TrainingException("[train] a new run needs a vocabulary, the vocab.txt of its text encoder");
        }
        Vocabulary vocabulary = Vocabulary.load(vocabularyFile);
        if (saved != null && o.vocabulary != null) {
            Resumption.requireSame(vocabulary, o.vocabulary);
        }
        Map<String, String> pixels = o.data.pixels(o.parallelism);
        if (saved != null) {
            Resumption.requireSamePixels(saved, pixels);
        }
        if (saved != null) {
            Recognition.requireHeld(
                    Checkpoint.open(last.resolve(RunCheckpoint.MODEL)),
                    o.config.model().network().parameters());
        }
        ReferringNetwork network = o.config.model().network().create();
        requireFit(vocabulary, vocabularyFile, network);
        RunState state;
        if (saved != null) {
            state = saved.going(o.config, pixels);
            LoadReport.load(
                            Safetensors.open(last.resolve(RunCheckpoint.MODEL)).tensors(),
                            network.targets(),
                            network.sink(null))
                    .requireComplete(last.toString());
            notes.add("goes on after step " + state.steps());
        } else {
            RandomSource random = new RandomSource(o.config.seed());
            network.initialise(random);
            notes.addAll(InitialWeights.load(network, o.origin));
            state = new RunState(
                    0,
                    false,
                    random.seed(),
                    random.draws(),
                    RunState.NO_BEST,
                    0,
                    o.data.fingerprints(),
                    pixels,
                    Map.of(),
                    o.config,
                    o.provenance);
        }
        RunCheckpoint checkpoint = new RunCheckpoint(folder, network, vocabularyFile);
        NetworkTrainer task = new NetworkTrainer(
                network,
                o.data,
                encoder(o.config, vocabulary),
                o.backend,
                o.parallelism,
                o.loaderThreads,
                state,
                checkpoint);
        checkpoint.bind(task.optimizer());
        if (resumed) {
            task.optimizer()
                    .restore(Safetensors.open(last.resolve(RunCheckpoint.OPTIMIZER))
                            .tensors());
        }
        TrainingMemory memory = TrainingMemory.estimate(
                network.config(),
                o.config.batch(),
                o.config.model().imageSize(),
                o.config.checkpointing(),
                o.config.learn());
        notes.add("a step takes about " + memory.describe());
        long heap = Runtime.getRuntime().maxMemory();
        if (memory.total() > heap) {
            notes.add(
                    "the Java heap of " + (heap >> 20)
                            + " MiB is smaller than that; raise it with SWATH_JAVA_OPTS=-Xmx..., or take --checkpointing or a smaller --batch");
        }
        TrainingPlan plan = new TrainingPlan(o.config.epochs(), task.stepsPerEpoch(), o.maxSteps, o.config.saveEvery());
        if (state.steps() > plan.lastStep()) {
            notes.add("nothing is left to do: " + Counted.of(state.steps(), "step") + " " + Counted.are(state.steps())
                    + " done, and the run ends after " + plan.lastStep());
        }
        RunLogs logs = RunLogs.open(folder, state, o.data.selection().split(), task.shown());
        return new TrainingRun(folder, task, logs, state, plan, notes);
    }

    private static SampleEncoder encoder(TrainingConfig config, Vocabulary vocabulary) {
        ExpressionParser parser = new ExpressionParser(
                new WordPieceTokenizer(vocabulary),
                PosTagger.installed(),
                config.model().dataset(),
                config.model().sentenceLength(),
                ExpressionParser.Mode.REFERENCE);
        return new SampleEncoder(parser, Preprocessor.imageNet(config.model().imageSize()));
    }

    private static void requireFit(Vocabulary vocabulary, Path file, ReferringNetwork network) {
        int rows = network.limits().vocabulary();
        if (vocabulary.size() != rows) {
            throw new TrainingException(
                    "[train] the vocabulary " + file + " has " + Counted.of(vocabulary.size(), "piece")
                            + ", but model."
                            + Networks.named(network.config().network()).vocabularyKey() + " is " + rows
                            + "; they must be the same");
        }
    }

    /** The configuration that a run in this folder was begun with, or null if it holds no checkpoint. */
    public static @Nullable TrainingConfig configOf(Path out) {
        Path last = RunFolder.newest(out);
        return Files.isDirectory(last)
                ? RunState.read(last.resolve(RunCheckpoint.STATE)).config()
                : null;
    }

    /** What people should know before it starts: where its weights come from, and how much memory it will take. */
    public List<String> notes() {
        return notes;
    }

    /** How long it is. */
    public TrainingPlan plan() {
        return plan;
    }

    /** Steps done before. */
    public long steps() {
        return start.steps();
    }

    /** Values in all parameters of the network. */
    public long parameters() {
        return task.parameters();
    }

    /** Runs to the end; may be called once. */
    public TrainingListener.End run(List<TrainingListener> listeners) {
        List<TrainingListener> all = new ArrayList<>(logs.listeners());
        all.add(new TrainingListener() {
            @Override
            public void onStep(Step e) {
                begun = true;
            }
        });
        all.addAll(listeners);
        Trainer t = new Trainer(plan, task, all);
        synchronized (this) {
            trainer = t;
            if (stopEarly) {
                t.requestStop();
            }
        }
        return t.run(start.steps(), start.evaluationDue());
    }

    /** The figures of the network as it is now, on the split that chooses the best state. */
    public Scores measure() {
        return task.measure(() -> false).orElseThrow();
    }

    /** Asks it to save and end after the step that is running; may be called from any thread. */
    public synchronized void requestStop() {
        stopEarly = true;
        if (trainer != null) {
            trainer.requestStop();
        }
    }

    @Override
    public void close() {
        task.close();
        logs.close();
        if (!begun && folder.isNew()) {
            folder.abandon();
        } else {
            folder.close();
        }
    }
}
