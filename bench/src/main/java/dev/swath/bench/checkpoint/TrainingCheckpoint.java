package dev.swath.bench.checkpoint;

import dev.swath.bench.peers.NetworkConfig;
import dev.swath.weights.pickle.Pickler;
import dev.swath.weights.pickle.Pickler.Namespace;
import dev.swath.weights.pickle.Pickler.Tuple;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Writes noise weights as the published training script's {@code torch.save} would: a zip with one pickled dict of
 * {@code model}, {@code optimizer}, {@code epoch}, {@code args}, {@code lr_scheduler} and {@code best_oIoU}.
 */
public final class TrainingCheckpoint {
    private static final double LEARNING_RATE = 4.090260730254292e-05;
    private static final double INITIAL_RATE = 5e-05;

    private final NoiseWeights noise;
    private final NetworkConfig config;
    private final boolean withOptimizer;
    private final SavedTensors saved = new SavedTensors();

    private TrainingCheckpoint(NetworkConfig config, long seed, boolean withOptimizer) {
        this.noise = new NoiseWeights(config, seed);
        this.config = config;
        this.withOptimizer = withOptimizer;
    }

    /**
     * Writes a checkpoint.
     *
     * @param withOptimizer whether the two moment tensors of each trained parameter are written too, which triples the
     *     file; without them the optimizer's state is an empty dict
     */
    public static void write(Path file, NetworkConfig config, long seed, boolean withOptimizer) throws IOException {
        new TrainingCheckpoint(config, seed, withOptimizer).write(file);
    }

    private void write(Path file) throws IOException {
        saved.write(file, root());
    }

    private Map<String, Object> root() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("model", saved.model(noise, noise.entries(), UnaryOperator.identity()));
        root.put("optimizer", optimizer());
        root.put("epoch", 59);
        root.put("args", arguments());
        root.put("lr_scheduler", schedule());
        root.put("best_oIoU", saved.floats(SavedTensors.DEVICE, List.of(), () -> new float[] {78.25f}));
        return root;
    }

    /** The optimizer's parameter groups; the state counts parameters over all groups. */
    private Map<String, Object> optimizer() {
        List<List<StateEntry>> groups = OptimizerGroups.of(config, noise.entries());
        Map<Object, Object> state = new LinkedHashMap<>();
        List<Object> described = new ArrayList<>();
        int index = 0;
        for (int group = 0; group < groups.size(); group++) {
            List<Integer> indices = new ArrayList<>();
            for (StateEntry entry : groups.get(group)) {
                if (withOptimizer && !OptimizerGroups.isNeverUsed(entry.name())) {
                    state.put(index, moments(entry));
                }
                indices.add(index++);
            }
            described.add(describeGroup(group == 0 ? 0.0 : 0.01, indices));
        }
        Map<String, Object> optimizer = new LinkedHashMap<>();
        optimizer.put("state", state);
        optimizer.put("param_groups", described);
        return optimizer;
    }

    private Map<String, Object> moments(StateEntry entry) {
        Map<String, Object> moments = new LinkedHashMap<>();
        moments.put("step", saved.floats("cpu", List.of(), () -> new float[] {16260}));
        moments.put("exp_avg", saved.floats(SavedTensors.DEVICE, entry.shape(), () -> {
            float[] values = noise.floats(entry);
            for (int i = 0; i < values.length; i++) {
                values[i] *= 1e-3f;
            }
            return values;
        }));
        moments.put("exp_avg_sq", saved.floats(SavedTensors.DEVICE, entry.shape(), () -> {
            float[] values = noise.floats(entry);
            for (int i = 0; i < values.length; i++) {
                values[i] *= values[i] * 1e-6f;
            }
            return values;
        }));
        return moments;
    }

    private static Map<String, Object> describeGroup(double decay, List<Integer> indices) {
        Map<String, Object> group = new LinkedHashMap<>();
        if (decay == 0) {
            group.put("weight_decay", decay);
        }
        group.put("lr", LEARNING_RATE);
        group.put("betas", Tuple.of(0.9, 0.999));
        group.put("eps", 1e-08);
        group.putIfAbsent("weight_decay", decay);
        group.put("amsgrad", false);
        group.put("maximize", false);
        group.put("foreach", Pickler.NONE);
        group.put("capturable", false);
        group.put("differentiable", false);
        group.put("fused", Pickler.NONE);
        group.put("initial_lr", INITIAL_RATE);
        group.put("params", indices);
        return group;
    }

    private Namespace arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("amsgrad", false);
        arguments.put("batch_size", 8);
        arguments.put("bert_tokenizer", "bert-base-uncased");
        arguments.put("ck_bert", "bert-base-uncased");
        arguments.put("dataset", config.tmemBlocks() == 1 ? "refsegrs" : "rrsisd");
        arguments.put("epochs", config.tmemBlocks() == 1 ? 60 : 40);
        arguments.put("fusion_drop", 0.0);
        arguments.put("img_size", 480);
        arguments.put("lr", INITIAL_RATE);
        arguments.put("mha", "");
        arguments.put("model", "lavt_one");
        arguments.put("num_tmem", config.tmemBlocks());
        arguments.put("output_dir", "./checkpoints/");
        arguments.put("resume", "");
        arguments.put("split", "val");
        arguments.put("swin_type", "base");
        arguments.put("weight_decay", 0.01);
        arguments.put("window12", config.window() == 12);
        return new Namespace(arguments);
    }

    private Map<String, Object> schedule() {
        Map<String, Object> schedule = new LinkedHashMap<>();
        int groups = 4;
        schedule.put("base_lrs", Collections.nCopies(groups, INITIAL_RATE));
        schedule.put("last_epoch", 16260);
        schedule.put("verbose", false);
        schedule.put("_step_count", 16261);
        schedule.put("_get_lr_called_within_step", false);
        schedule.put("_last_lr", Collections.nCopies(groups, LEARNING_RATE));
        schedule.put("lr_lambdas", Collections.nCopies(groups, Pickler.NONE));
        return schedule;
    }
}
