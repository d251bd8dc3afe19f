package dev.swath.fianet;

import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.StoredZip;
import dev.swath.weights.pickle.Pickler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What training scripts save by {@code torch.save}: weights under some key, with much beside them, in either serialisation. */
final class SavedFile {
    /** The number that every legacy file begins with, pickled. */
    private static final String LEGACY = "\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.";

    private static final int LEGACY_PROTOCOL = 1001;

    private final Map<String, Object> root = new LinkedHashMap<>();
    private final List<Tensor> storages = new ArrayList<>();

    /** With these weights and nothing else, not even a key. */
    SavedFile bare(StateDict weights) {
        root.putAll(references(weights));
        return this;
    }

    /** With weights under a key. */
    SavedFile weights(String key, StateDict weights) {
        root.put(key, new Pickler.OrderedDict(references(weights), Map.of("_metadata", Map.of("version", 1))));
        return this;
    }

    /** With what stands beside the weights of a training: an optimizer with two moments of each tensor, its schedule, the epoch. */
    SavedFile training(StateDict weights) {
        Map<Object, Object> state = new LinkedHashMap<>();
        for (String name : weights.names()) {
            if (weights.entry(name).dtype().isFloating()) {
                Map<String, Object> moments = new LinkedHashMap<>();
                moments.put("step", 12);
                moments.put("exp_avg", reference(weights.get(name)));
                moments.put("exp_avg_sq", reference(weights.get(name)));
                state.put(state.size(), moments);
            }
        }
        Map<String, Object> group = new LinkedHashMap<>();
        group.put("lr", 3e-5);
        group.put("weight_decay", 0.01);
        group.put("params", IntStream.range(0, state.size()).boxed().toList());
        root.put("optimizer", new LinkedHashMap<>(Map.of("state", state, "param_groups", List.of(group))));
        root.put("epoch", 38);
        root.put("lr_scheduler", Map.of("base_lrs", List.of(3e-5), "last_epoch", 12));
        return this;
    }

    /** With the arguments of the training script. */
    SavedFile arguments(Map<String, ?> arguments) {
        root.put("args", new Pickler.Namespace(arguments));
        return this;
    }

    private Map<String, Object> references(StateDict weights) {
        Map<String, Object> out = new LinkedHashMap<>();
        weights.names().forEach(name -> out.put(name, reference(weights.get(name))));
        return out;
    }

    private Pickler.TensorRef reference(Tensor value) {
        storages.add(value.contiguous());
        return new Pickler.TensorRef(
                storage(value.dtype()),
                Integer.toString(storages.size() - 1),
                "cuda:0",
                Arrays.stream(value.shape().dims()).boxed().toList());
    }

    private static String storage(DType type) {
        return switch (type) {
            case F32 -> "FloatStorage";
            case F64 -> "DoubleStorage";
            case F16 -> "HalfStorage";
            case BF16 -> "BFloat16Storage";
            case I64 -> "LongStorage";
            default -> throw new IllegalArgumentException("no published file holds " + type);
        };
    }

    private byte[] storage(int i) {
        return storages.get(i).toBytes().toArray(ValueLayout.JAVA_BYTE);
    }

    /** As PyTorch 1.6 and later writes it. */
    Path zip(Path file) throws IOException {
        byte[] pickle = Pickler.of(root);
        try (StoredZip zip = new StoredZip(Files.newOutputStream(file))) {
            zip.add("archive/data.pkl", body -> body.write(pickle));
            for (int i = 0; i < storages.size(); i++) {
                byte[] bytes = storage(i);
                zip.add("archive/data/" + i, body -> body.write(bytes));
            }
            zip.add("archive/version", body -> body.write("3\n".getBytes(StandardCharsets.US_ASCII)));
        }
        return file;
    }

    /** As earlier versions wrote it. */
    Path legacy(Path file) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(LEGACY.getBytes(StandardCharsets.ISO_8859_1));
        out.write(Pickler.of(LEGACY_PROTOCOL));
        out.write(Pickler.of(Map.of("little_endian", true)));
        out.write(Pickler.of(root));
        out.write(Pickler.of(
                IntStream.range(0, storages.size()).mapToObj(Integer::toString).toList()));
        for (int i = 0; i < storages.size(); i++) {
            out.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(storages.get(i).elements())
                    .array());
            out.write(storage(i));
        }
        return Files.write(file, out.toByteArray());
    }
}
