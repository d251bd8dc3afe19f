package dev.swath.bench.checkpoint;

import dev.swath.bench.peers.NetworkConfig;
import dev.swath.weights.StoredZip;
import dev.swath.weights.pickle.Pickler;
import dev.swath.weights.pickle.Pickler.Namespace;
import dev.swath.weights.pickle.Pickler.OrderedDict;
import dev.swath.weights.pickle.Pickler.TensorRef;
import dev.swath.weights.pickle.Pickler.Tuple;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes noise weights as the published training script's {@code torch.save} would: a zip with one pickled dict of
 * {@code model}, {@code optimizer}, {@code epoch}, {@code args}, {@code lr_scheduler} and {@code best_oIoU}.
 */
public final class TrainingCheckpoint {
    private static final String FOLDER = "archive";
    private static final String DEVICE = "cuda:0";
    private static final double LEARNING_RATE = 4.090260730254292e-05;
    private static final double INITIAL_RATE = 5e-05;
    private static final int CHUNK = 1 << 16;

    private final NoiseWeights noise;
    private final NetworkConfig config;
    private final boolean withOptimizer;
    private final Map<String, StoredZip.Body> storages = new TreeMap<>();

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
        byte[] pickle = Pickler.of(root());
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
                StoredZip zip = new StoredZip(out)) {
            zip.add(FOLDER + "/data.pkl", body -> body.write(pickle));
            zip.add(FOLDER + "/byteorder", body -> body.write("little".getBytes(StandardCharsets.US_ASCII)));
            for (Map.Entry<String, StoredZip.Body> storage : storages.entrySet()) {
                zip.add(FOLDER + "/data/" + storage.getKey(), storage.getValue());
            }
            zip.add(FOLDER + "/version", body -> body.write("3\n".getBytes(StandardCharsets.US_ASCII)));
        }
    }

    private Map<String, Object> root() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("model", model());
        root.put("optimizer", optimizer());
        root.put("epoch", 59);
        root.put("args", arguments());
        root.put("lr_scheduler", schedule());
        root.put("best_oIoU", tensor("FloatStorage", DEVICE, List.of(), out -> floats(out, new float[] {78.25f})));
        return root;
    }

    private OrderedDict model() {
        Map<String, Object> tensors = new LinkedHashMap<>();
        Map<String, Object> versions = new LinkedHashMap<>();
        versions.put("", Map.of("version", 1));
        for (StateEntry entry : noise.entries()) {
            tensors.put(
                    entry.name(),
                    entry.isInteger()
                            ? tensor("LongStorage", DEVICE, entry.shape(), out -> integers(out, noise.integers(entry)))
                            : tensor("FloatStorage", DEVICE, entry.shape(), out -> floats(out, noise.floats(entry))));
            for (int dot = entry.name().indexOf('.');
                    dot >= 0;
                    dot = entry.name().indexOf('.', dot + 1)) {
                versions.putIfAbsent(entry.name().substring(0, dot), Map.of("version", 1));
            }
            if (entry.role() == StateEntry.Role.BATCH_COUNT) {
                versions.put(entry.name().substring(0, entry.name().lastIndexOf('.')), Map.of("version", 2));
            }
        }
        return new OrderedDict(tensors, Map.of("_metadata", new OrderedDict(versions, Map.of())));
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
        moments.put("step", tensor("FloatStorage", "cpu", List.of(), out -> floats(out, new float[] {16260})));
        moments.put("exp_avg", tensor("FloatStorage", DEVICE, entry.shape(), out -> {
            float[] values = noise.floats(entry);
            for (int i = 0; i < values.length; i++) {
                values[i] *= 1e-3f;
            }
            floats(out, values);
        }));
        moments.put("exp_avg_sq", tensor("FloatStorage", DEVICE, entry.shape(), out -> {
            float[] values = noise.floats(entry);
            for (int i = 0; i < values.length; i++) {
                values[i] *= values[i] * 1e-6f;
            }
            floats(out, values);
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

    private TensorRef tensor(String type, String location, List<Integer> shape, StoredZip.Body data) {
        String key = Integer.toString(storages.size());
        storages.put(key, data);
        return new TensorRef(type, key, location, shape);
    }

    private static void floats(OutputStream out, float[] values) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(CHUNK, Math.multiplyExact(values.length, Float.BYTES)))
                .order(ByteOrder.LITTLE_ENDIAN);
        int step = chunk.capacity() / Float.BYTES;
        for (int start = 0; start < values.length; start += step) {
            int count = Math.min(step, values.length - start);
            chunk.asFloatBuffer().put(values, start, count);
            out.write(chunk.array(), 0, count * Float.BYTES);
        }
    }

    private static void integers(OutputStream out, long[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Long.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        out.write(bytes.array());
    }
}
