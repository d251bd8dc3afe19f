package dev.swath.fianet.train;

import dev.swath.autograd.RandomSource;
import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.Workspace;
import dev.swath.fianet.data.Augmentation;
import dev.swath.fianet.data.Batch;
import dev.swath.fianet.data.BatchLoader;
import dev.swath.fianet.data.BlackSquares;
import dev.swath.fianet.data.Mask;
import dev.swath.fianet.data.ReferringDataset;
import dev.swath.fianet.data.SampleEncoder;
import dev.swath.fianet.data.TurnAndFlip;
import dev.swath.fianet.metrics.Evaluation;
import dev.swath.fianet.metrics.Scores;
import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.SentenceBatch;
import dev.swath.fianet.model.SentenceInput;
import dev.swath.files.Counted;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Parallelism;
import dev.swath.nn.Parameter;
import dev.swath.nn.optim.AdamW;
import dev.swath.nn.optim.GradientClipping;
import dev.swath.nn.optim.ParameterGroup;
import dev.swath.nn.optim.PolySchedule;
import dev.swath.nn.train.StepResult;
import dev.swath.nn.train.TrainingException;
import dev.swath.nn.train.TrainingTask;
import dev.swath.tensor.Device;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The network's part of a training run: forward and backward passes over the loader's batches, AdamW with the published groups,
 * evaluation, and the choice of the best state. What it does at a step depends on the step, the saved state and the seed
 * only.
 */
final class NetworkTrainer implements TrainingTask, AutoCloseable {
    /** Who saves. */
    interface Saver {
        /** Saves the state to go on from; returns where it went. */
        String last(RunState state);

        /** Saves the best model so far. */
        void best(RunState state);
    }

    /** Background and object. */
    private static final int CLASSES = 2;

    /** Steps before one is recorded: by then everything is compiled, and gradients and moments lie where they stay. */
    private static final int LAUNCHED_FIRST = 2;

    private final TrainingConfig config;
    private final ReferringNetwork network;
    private final TrainingData data;
    private final SampleEncoder encoder;
    private final Backend backend;
    private final Parallelism parallelism;
    private final int loaderThreads;
    private final Workspace workspace;
    private final AdamW optimizer;
    private final GradientClipping clipping;
    private final PolySchedule schedule;
    private final List<Augmentation> augmentations;
    private final Saver saver;
    private final int stepsPerEpoch;
    private RunState state;
    private final RandomSource random;
    private final EvaluationSamples shown = new EvaluationSamples();
    private @Nullable BatchLoader loader;
    private int loaderEpoch = -1;
    private @Nullable RecordedStep recorded;
    private int launched;

    NetworkTrainer(
            ReferringNetwork network,
            TrainingData data,
            SampleEncoder encoder,
            Backend backend,
            Parallelism parallelism,
            int loaderThreads,
            RunState state,
            Saver saver) {
        this.config = state.config();
        this.network = network;
        this.data = data;
        this.encoder = encoder;
        this.backend = backend;
        this.parallelism = parallelism;
        this.loaderThreads = loaderThreads;
        this.workspace = new Workspace(backend);
        this.state = state;
        this.random = new RandomSource(state.randomSeed(), state.randomDraws());
        this.saver = saver;
        this.stepsPerEpoch = data.train().size() / config.batch() / config.accumulate();
        if (stepsPerEpoch == 0) {
            throw new TrainingException("[train] an epoch must hold at least one step of " + config.batch() + " x "
                    + config.accumulate() + " "
                    + Counted.noun((long) config.batch() * config.accumulate(), "sample") + "; the training split has "
                    + data.train().size());
        }
        TrainingConfig.Text text = config.text();
        List<ParameterGroup> groups = ParameterGroups.only(
                network.groups(config.optimizer().weightDecay(), text.trainedLayers(), text.trainEmbeddings()),
                config.learn());
        ParameterGroups.freezeOthers(network, groups);
        TrainingConfig.Optimizer o = config.optimizer();
        network.to(backend);
        this.optimizer = new AdamW(groups, o.beta1(), o.beta2(), o.eps(), backend, parallelism);
        List<Parameter> trained =
                groups.stream().flatMap(g -> g.parameters().values().stream()).toList();
        this.clipping = new GradientClipping(trained, backend, parallelism);
        this.schedule = new PolySchedule(o.learningRate(), (long) stepsPerEpoch * config.epochs(), o.power());
        this.augmentations = config.augment().stream()
                .map(a -> augmentation(a, data.train().size(), config.seed()))
                .toList();
    }

    private static Augmentation augmentation(TrainingConfig.Augmentation kind, int samples, long seed) {
        return switch (kind) {
            case SQUARES -> new BlackSquares(samples, seed);
            case TURNS -> new TurnAndFlip();
        };
    }

    AdamW optimizer() {
        return optimizer;
    }

    /** The first samples of the last evaluation. */
    EvaluationSamples shown() {
        return shown;
    }

    int stepsPerEpoch() {
        return stepsPerEpoch;
    }

    /** One forward and backward pass, whose loss is read when the step is done. */
    private record Pass(Tape tape, Var loss) {}

    @Override
    public StepResult step(long step) {
        double rate = learningRate(step);
        optimizer.learningRate(rate);
        List<RecordedStep.Part> parts = new ArrayList<>(config.accumulate());
        int samples = 0;
        for (int i = 0; i < config.accumulate(); i++) {
            Batch batch = next(step, i);
            parts.add(new RecordedStep.Part(batch.image(), sentences(batch), batch.target()));
            samples += batch.samples().size();
        }
        RecordedStep whole = recorded(parts);
        double loss = whole != null ? whole.run(parts, random) : launched(parts);
        Map<String, Double> named = new LinkedHashMap<>();
        if (config.optimizer().clip() > 0) {
            named.put("gradient_norm", clipping.norm());
        }
        return new StepResult(loss, named, rate, samples);
    }

    /** On a device that records, the step as one piece, once some steps have gone by in the usual way; else null. */
    private @Nullable RecordedStep recorded(List<RecordedStep.Part> parts) {
        if (!backend.records()) {
            return null;
        }
        if (recorded == null && launched >= LAUNCHED_FIRST) {
            workspace.trim();
            recorded = new RecordedStep(
                    network, options().withTraining(random).withCheckpointing(config.checkpointing()), parts, update());
        }
        return recorded != null && recorded.takes(parts) ? recorded : null;
    }

    private RecordedStep.Update update() {
        return new RecordedStep.Update(optimizer, clipping, config.optimizer().clip(), config.loss());
    }

    /**
     * A step kernel by kernel. On a device nothing is read back before the optimizer has changed the weights: the whole step is
     * under way by then. On the processor the loss is there, and the weights stay as they are if it is no finite number.
     */
    private double launched(List<RecordedStep.Part> parts) {
        optimizer.zeroGrad();
        List<Pass> passes = parts.stream().map(this::pass).toList();
        if (!backend.device().equals(Device.CPU) || Double.isFinite(loss(passes))) {
            update().step();
        }
        double loss = loss(passes);
        passes.forEach(p -> p.tape.close());
        launched++;
        return loss;
    }

    private double loss(List<Pass> passes) {
        double loss = 0;
        for (Pass pass : passes) {
            loss += pass.loss.value().item() / config.accumulate();
        }
        return loss;
    }

    private double learningRate(long step) {
        int warmup = config.optimizer().warmupSteps();
        double rate = schedule.at(step);
        return step < warmup ? rate * (step + 1) / warmup : rate;
    }

    private Batch next(long step, int part) {
        int epoch = (int) (step / stepsPerEpoch);
        if (loader == null || loaderEpoch != epoch) {
            closeLoader();
            int first = (int) (step % stepsPerEpoch) * config.accumulate() + part;
            loader = new BatchLoader(
                    data.train(),
                    encoder,
                    BatchLoader.Options.training(config.batch(), config.seed(), epoch)
                            .withFirstStep(first)
                            .withThreads(loaderThreads)
                            .withAugmentations(augmentations));
            loaderEpoch = epoch;
        }
        return loader.next();
    }

    private Tape.Options options() {
        return Tape.Options.of(backend).withParallelism(parallelism).withPrecision(config.precision());
    }

    private Pass pass(RecordedStep.Part part) {
        Tape tape = Tape.recording(
                options().withWorkspace(workspace).withTraining(random).withCheckpointing(config.checkpointing()));
        Var image = network.upload(tape, part.image());
        SentenceInput sentences = part.sentences().upload(tape, network);
        Tensor target = tape.indices(part.target(), CLASSES);
        Var loss = network.loss(tape, image, sentences, target, config.loss());
        tape.backward(loss, 1.0 / config.accumulate());
        return new Pass(tape, loss);
    }

    private static SentenceBatch sentences(Batch b) {
        return new SentenceBatch(b.ids(), b.context(), b.object(), b.position());
    }

    @Override
    public Optional<Map<String, Double>> evaluate(int epoch, BooleanSupplier stop) {
        TrainingConfig.Selection s = config.evaluation();
        if ((epoch + 1) % s.everyEpochs() != 0 && epoch + 1 != config.epochs()) {
            return Optional.of(Map.of());
        }
        Optional<Scores> scores = measure(stop);
        scores.ifPresent(v -> choose(epoch, v));
        return scores.map(NetworkTrainer::named);
    }

    /** Values in all parameters of the network. */
    long parameters() {
        return network.parameterCount();
    }

    /** The figures of the network as it is on the split that chooses; absent if it was told to stop. */
    Optional<Scores> measure(BooleanSupplier stop) {
        ReferringDataset split = data.selection();
        int limit = config.evaluation().limit();
        int samples = limit == 0 ? split.size() : Math.min(limit, split.size());
        shown.clear();
        BatchLoader.Options options = new BatchLoader.Options(1, 0, 0, 0, false, false, List.of(), loaderThreads);
        try (BatchLoader batches = new BatchLoader(split, encoder, options)) {
            return Evaluation.run(
                            samples,
                            i -> answer(batches.next(), split.category(i)),
                            Parallelism.single(),
                            done -> {},
                            stop)
                    .map(report -> report.result().overall());
        }
    }

    /**
     * The answer to a batch of one sample. Logits that are not numbers count as background: a run whose network broke down
     * gets figures of 0 and is saved.
     */
    private Evaluation.Answer answer(Batch batch, String category) {
        Mask prediction;
        try (Tape tape = Tape.inference(options().withWorkspace(workspace))) {
            prediction = network.answer(
                    tape, batch.image(), sentences(batch), logits -> Evaluation.argMax(logits.permute(0, 3, 1, 2)));
        }
        Evaluation.Answer answer = new Evaluation.Answer(
                batch.samples().getFirst(), batch.sentences().getFirst(), category, prediction, batch.mask(0));
        if (!shown.full()) {
            shown.add(encoder.image(batch, 0), answer);
        }
        return answer;
    }

    private void choose(int epoch, Scores scores) {
        double value =
                switch (config.evaluation().selectBy()) {
                    case OIOU -> scores.overallIou();
                    case MIOU -> scores.meanIou();
                };
        if (value > state.best()) {
            long steps = (long) (epoch + 1) * stepsPerEpoch;
            state = state.withBest(value, epoch + 1).at(steps, false, random.draws());
            saver.best(state);
        }
    }

    private static Map<String, Double> named(Scores scores) {
        Map<String, Double> out = new LinkedHashMap<>();
        out.put("mIoU", scores.meanIou());
        out.put("oIoU", scores.overallIou());
        for (int i = 0; i < Scores.THRESHOLDS.size(); i++) {
            out.put("Pr@" + Scores.THRESHOLDS.get(i), scores.precision().get(i));
        }
        return out;
    }

    @Override
    public String save(long steps, boolean evaluationDue) {
        state = state.at(steps, evaluationDue, random.draws());
        return saver.last(state);
    }

    /** Ends the loader's threads. */
    @Override
    public void close() {
        closeLoader();
        if (recorded != null) {
            recorded.close();
            recorded = null;
        }
    }

    private void closeLoader() {
        if (loader != null) {
            loader.close();
            loader = null;
        }
    }
}
