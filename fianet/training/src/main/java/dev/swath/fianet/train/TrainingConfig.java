package dev.swath.fianet.train;

import dev.swath.fianet.data.Split;
import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.files.Messages;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.kernels.Precision;
import dev.swath.nn.loss.SegmentationLoss;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Everything that fixes a training run, besides its data and its first weights.
 *
 * @param model the network and its inputs
 * @param epochs passes over the data
 * @param batch samples of one forward pass
 * @param accumulate forward passes of one optimizer step, whose gradients are averaged
 * @param seed of first weights, order, augmentation, dropout and drop path
 * @param augment what is done to the samples
 * @param checkpointing whether blocks are computed again in the backward pass instead of being kept
 * @param precision how exactly the passes compute; weights, optimizer and loss are f32 in each
 * @param saveEvery steps between checkpoints inside an epoch; 0 for none
 * @param optimizer AdamW and its schedule
 * @param loss what is made small
 * @param text which of the text encoder learns
 * @param learn beginnings of the names of what learns, as {@code refiner}; the rest keeps its values; empty for all
 * @param evaluation what the best state is chosen by
 */
public record TrainingConfig(
        ModelConfig model,
        int epochs,
        int batch,
        int accumulate,
        long seed,
        List<Augmentation> augment,
        boolean checkpointing,
        Precision precision,
        int saveEvery,
        Optimizer optimizer,
        SegmentationLoss loss,
        Text text,
        List<String> learn,
        Selection evaluation) {
    private static final double MOST = Double.MAX_VALUE;

    /** What is done to samples while training. */
    public enum Augmentation {
        /** Black squares on a fifth of the images. */
        SQUARES,
        /** Flips and right-angle rotations, with the sentence put into other words where it needs to. */
        TURNS
    }

    /**
     * AdamW and its schedule.
     *
     * @param learningRate of the first step after warming up
     * @param weightDecay of all but norms and bias tables
     * @param beta1 decay of the gradient's mean
     * @param beta2 decay of the squared gradient's mean
     * @param eps added to the denominator
     * @param power of the polynomial decay to zero over all epochs
     * @param warmupSteps first steps, in which the rate grows linearly from nothing
     * @param clip greatest norm of the whole gradient; 0 for any
     */
    public record Optimizer(
            double learningRate,
            double weightDecay,
            double beta1,
            double beta2,
            double eps,
            double power,
            int warmupSteps,
            double clip) {
        /** Checks, in the words of the configuration. */
        public Optimizer {
            require(
                    learningRate > 0 && learningRate <= MOST,
                    "learning_rate must be positive and finite",
                    learningRate);
            require(
                    weightDecay >= 0 && weightDecay <= MOST,
                    "weight_decay must not be negative, and finite",
                    weightDecay);
            require(beta1 >= 0 && beta1 < 1, "beta1 must lie in [0, 1)", beta1);
            require(beta2 >= 0 && beta2 < 1, "beta2 must lie in [0, 1)", beta2);
            require(eps > 0 && eps <= MOST, "eps must be positive and finite", eps);
            require(power >= 0 && power <= MOST, "power must not be negative, and finite", power);
            require(warmupSteps >= 0, "warmup_steps must not be negative", warmupSteps);
            require(clip >= 0 && clip <= MOST, "clip must not be negative, and finite", clip);
        }
    }

    /**
     * Which of the text encoder learns; the rest keeps its values.
     *
     * @param trainedLayers the first so many
     * @param trainEmbeddings whether the embeddings learn, as they must if they start from noise
     */
    public record Text(int trainedLayers, boolean trainEmbeddings) {}

    /** By which figure the best state is chosen. */
    public enum Measure {
        /** Sum of intersections over sum of unions: large objects count more. */
        OIOU,
        /** Mean of the samples' intersection over union. */
        MIOU
    }

    /**
     * What the best state is chosen by.
     *
     * @param selectOn the split; the published code chooses on the very split that it reports
     * @param selectBy the figure
     * @param everyEpochs epochs between evaluations; the last is evaluated always
     * @param limit samples of the split that are used, the first ones; 0 for all
     */
    public record Selection(Split selectOn, Measure selectBy, int everyEpochs, int limit) {
        /** Checks. */
        public Selection {
            require(selectOn != Split.TRAIN, "select_on must be val or test", selectOn.key());
            require(everyEpochs >= 1, "every_epochs must be at least 1", everyEpochs);
            require(limit >= 0, "limit must not be negative", limit);
        }
    }

    /** Copies and checks. */
    public TrainingConfig {
        augment = List.copyOf(augment);
        learn = List.copyOf(learn);
        require(epochs >= 1, "epochs must be at least 1", epochs);
        require(batch >= 1, "batch must be at least 1", batch);
        require(accumulate >= 1, "accumulate must be at least 1", accumulate);
        require(saveEvery >= 0, "save_every must not be negative", saveEvery);
        int layers = model.network().limits().textLayers();
        require(
                text.trainedLayers >= 0 && text.trainedLayers <= layers,
                "trained_layers must lie in [0, " + layers + "], the layers of the text encoder",
                text.trainedLayers);
    }

    private static void require(boolean holds, String rule, Object got) {
        if (!holds) {
            throw new IllegalArgumentException("[config] " + rule + "; got " + got);
        }
    }

    /** The standard network as published for the data set. */
    public static TrainingConfig published(DatasetVocabulary dataset) {
        return published(Networks.standard(), dataset);
    }

    /** As published for the network and the data set; the best state is chosen on the validation split. */
    public static TrainingConfig published(NetworkProvider network, DatasetVocabulary dataset) {
        ModelConfig model = network.published(dataset);
        int layers =
                Math.min(ParameterGroups.TEXT_LAYERS, model.network().limits().textLayers());
        TrainingConfig common = new TrainingConfig(
                model,
                60,
                8,
                1,
                2401,
                List.of(),
                false,
                Precision.F32,
                0,
                new Optimizer(5e-5, 0.01, 0.9, 0.999, 1e-8, 0.9, 0, 0),
                SegmentationLoss.published(),
                new Text(layers, false),
                List.of(),
                new Selection(Split.VAL, Measure.OIOU, 1, 0));
        return fromJson(new Fields(Json.parseObject(network.training(dataset)), network.name()), common);
    }

    /** With another network. */
    public TrainingConfig withModel(ModelConfig m) {
        return new TrainingConfig(
                m,
                epochs,
                batch,
                accumulate,
                seed,
                augment,
                checkpointing,
                precision,
                saveEvery,
                optimizer,
                loss,
                text,
                learn,
                evaluation);
    }

    /** With another length. */
    public TrainingConfig withEpochs(int n) {
        return new TrainingConfig(
                model,
                n,
                batch,
                accumulate,
                seed,
                augment,
                checkpointing,
                precision,
                saveEvery,
                optimizer,
                loss,
                text,
                learn,
                evaluation);
    }

    /** As an object to be written as JSON. */
    public Map<String, Object> toJson() {
        Map<String, Object> o = new LinkedHashMap<>();
        o.put("learning_rate", optimizer.learningRate);
        o.put("weight_decay", optimizer.weightDecay);
        o.put("beta1", optimizer.beta1);
        o.put("beta2", optimizer.beta2);
        o.put("eps", optimizer.eps);
        o.put("power", optimizer.power);
        o.put("warmup_steps", optimizer.warmupSteps);
        o.put("clip", optimizer.clip);
        Map<String, Object> l = new LinkedHashMap<>();
        l.put("background_weight", loss.classWeights().get(0));
        l.put("object_weight", loss.classWeights().get(1));
        l.put("cross_entropy", loss.ceFactor());
        l.put("dice", loss.diceFactor());
        l.put("dice_reduction", key(loss.reduction()));
        Map<String, Object> t = new LinkedHashMap<>();
        t.put("trained_layers", text.trainedLayers);
        t.put("train_embeddings", text.trainEmbeddings);
        Map<String, Object> e = new LinkedHashMap<>();
        e.put("select_on", key(evaluation.selectOn));
        e.put("select_by", key(evaluation.selectBy));
        e.put("every_epochs", evaluation.everyEpochs);
        e.put("limit", evaluation.limit);
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("model", model.toJson());
        out.put("epochs", epochs);
        out.put("batch", batch);
        out.put("accumulate", accumulate);
        out.put("seed", seed);
        out.put("augment", augment.stream().map(TrainingConfig::key).toList());
        out.put("checkpointing", checkpointing);
        out.put("precision", key(precision));
        out.put("save_every", saveEvery);
        out.put("optimizer", o);
        out.put("loss", l);
        out.put("text", t);
        out.put("learn", learn);
        out.put("evaluation", e);
        return out;
    }

    private static String key(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /**
     * From such an object; a key that is absent takes its value from {@code defaults}, or from what is published for the network
     * if that is another one; an unknown key is an error.
     */
    public static TrainingConfig fromJson(Fields f, TrainingConfig defaults) {
        try {
            return read(f, defaults);
        } catch (IllegalArgumentException e) {
            // What a part of it says of its values, which does not know the file.
            throw new JsonException("[config] " + f.where() + ": " + Messages.withoutPart(e));
        }
    }

    private static TrainingConfig read(Fields f, TrainingConfig defaults) {
        Fields m = f.object("model");
        String name = m.text(ModelConfig.NETWORK, defaults.model.network().network());
        TrainingConfig d = name.equals(defaults.model.network().network())
                ? defaults
                : published(Networks.named(name), m.choice("dataset", defaults.model.dataset()));
        ModelConfig model = ModelConfig.untrained(m, d.model);
        int layers = Math.min(d.text.trainedLayers, model.network().limits().textLayers());
        TrainingConfig c = new TrainingConfig(
                model,
                f.integer("epochs", d.epochs),
                f.integer("batch", d.batch),
                f.integer("accumulate", d.accumulate),
                f.longInteger("seed", d.seed),
                f.choices("augment", Augmentation.class, d.augment),
                f.flag("checkpointing", d.checkpointing),
                f.choice("precision", d.precision),
                f.integer("save_every", d.saveEvery),
                optimizer(f.object("optimizer"), d.optimizer),
                loss(f.object("loss"), d.loss),
                text(f.object("text"), new Text(layers, d.text.trainEmbeddings)),
                f.texts("learn", d.learn),
                selection(f.object("evaluation"), d.evaluation));
        f.requireNoOthers();
        return c;
    }

    private static Optimizer optimizer(Fields f, Optimizer d) {
        Optimizer o = new Optimizer(
                f.number("learning_rate", d.learningRate),
                f.number("weight_decay", d.weightDecay),
                f.number("beta1", d.beta1),
                f.number("beta2", d.beta2),
                f.number("eps", d.eps),
                f.number("power", d.power),
                f.integer("warmup_steps", d.warmupSteps),
                f.number("clip", d.clip));
        f.requireNoOthers();
        return o;
    }

    private static SegmentationLoss loss(Fields f, SegmentationLoss d) {
        SegmentationLoss l = new SegmentationLoss(
                List.of(
                        f.number("background_weight", d.classWeights().get(0)),
                        f.number("object_weight", d.classWeights().get(1))),
                f.number("cross_entropy", d.ceFactor()),
                f.number("dice", d.diceFactor()),
                f.choice("dice_reduction", d.reduction()));
        f.requireNoOthers();
        return l;
    }

    private static Text text(Fields f, Text d) {
        Text t = new Text(f.integer("trained_layers", d.trainedLayers), f.flag("train_embeddings", d.trainEmbeddings));
        f.requireNoOthers();
        return t;
    }

    private static Selection selection(Fields f, Selection d) {
        Selection s = new Selection(
                f.choice("select_on", List.of(Split.VAL, Split.TEST), d.selectOn),
                f.choice("select_by", d.selectBy),
                f.integer("every_epochs", d.everyEpochs),
                f.integer("limit", d.limit));
        f.requireNoOthers();
        return s;
    }
}
