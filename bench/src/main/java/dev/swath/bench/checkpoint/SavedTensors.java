package dev.swath.bench.checkpoint;

import dev.swath.weights.StoredZip;
import dev.swath.weights.pickle.Pickler;
import dev.swath.weights.pickle.Pickler.OrderedDict;
import dev.swath.weights.pickle.Pickler.TensorRef;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The tensors of a file as {@code torch.save} writes it, each made when it is written. */
final class SavedTensors {
    /** Where published tensors were when they were saved. */
    static final String DEVICE = "cuda:0";

    private static final String FOLDER = "archive";
    private static final int CHUNK = 1 << 16;

    private final Map<String, StoredZip.Body> storages = new TreeMap<>();

    /** Writes the file: a zip with one pickled object and the tensors that it refers to. */
    void write(Path file, Object root) throws IOException {
        byte[] pickle = Pickler.of(root);
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

    /** The state dict of a module with some of the noise, under other names. */
    OrderedDict model(NoiseWeights noise, List<StateEntry> entries, UnaryOperator<String> rename) {
        Map<String, Object> tensors = new LinkedHashMap<>();
        Map<String, Object> versions = new LinkedHashMap<>();
        versions.put("", Map.of("version", 1));
        for (StateEntry entry : entries) {
            String name = rename.apply(entry.name());
            tensors.put(
                    name,
                    entry.isInteger()
                            ? tensor("LongStorage", DEVICE, entry.shape(), out -> write(out, noise.integers(entry)))
                            : floats(DEVICE, entry.shape(), () -> noise.floats(entry)));
            for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
                versions.putIfAbsent(name.substring(0, dot), Map.of("version", 1));
            }
            if (entry.role() == StateEntry.Role.BATCH_COUNT) {
                versions.put(name.substring(0, name.lastIndexOf('.')), Map.of("version", 2));
            }
        }
        return new OrderedDict(tensors, Map.of("_metadata", new OrderedDict(versions, Map.of())));
    }

    /** A tensor of 32-bit floats. */
    TensorRef floats(String location, List<Integer> shape, Supplier<float[]> values) {
        return tensor("FloatStorage", location, shape, out -> write(out, values.get()));
    }

    private TensorRef tensor(String type, String location, List<Integer> shape, StoredZip.Body data) {
        String key = Integer.toString(storages.size());
        storages.put(key, data);
        return new TensorRef(type, key, location, shape);
    }

    private static void write(OutputStream out, float[] values) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(CHUNK, Math.multiplyExact(values.length, Float.BYTES)))
                .order(ByteOrder.LITTLE_ENDIAN);
        int step = chunk.capacity() / Float.BYTES;
        for (int start = 0; start < values.length; start += step) {
            int count = Math.min(step, values.length - start);
            chunk.asFloatBuffer().put(values, start, count);
            out.write(chunk.array(), 0, count * Float.BYTES);
        }
    }

    private static void write(OutputStream out, long[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Long.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        out.write(bytes.array());
    }
}
