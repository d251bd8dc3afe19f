package dev.swath.weights;

import dev.swath.files.AtomicFile;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.weights.pickle.Pickler;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes tensors as {@code torch.save({key: state_dict})} of PyTorch 1.6 and later does: a zip with one pickled dict of an
 * OrderedDict, and a stored entry for each tensor. It loads with {@code weights_only=True} too, for it names nothing but
 * tensors and dicts.
 */
public final class TorchWriter {
    private static final String FOLDER = "archive";
    private static final String NORM_COUNT = ".num_batches_tracked";
    private static final int CHUNK = 1 << 20;

    private TorchWriter() {}

    /** Writes all entries, in order, under one key of the pickled dict; the file appears whole or not at all. */
    public static void write(Path path, String key, StateDict tensors) {
        write(path, key, tensors, Map.of());
    }

    /** The same with texts under further keys of the dict. */
    public static void write(Path path, String key, StateDict tensors, Map<String, String> more) {
        Map<String, Object> items = new LinkedHashMap<>();
        int number = 0;
        for (String name : tensors.names()) {
            StateDict.Entry e = tensors.entry(name);
            items.put(
                    name,
                    new Pickler.TensorRef(
                            storage(e.dtype()),
                            Integer.toString(number++),
                            "cpu",
                            Arrays.stream(e.shape().dims()).boxed().toList()));
        }
        Map<String, Object> root = new LinkedHashMap<>();
        root.put(key, new Pickler.OrderedDict(items, Map.of("_metadata", versions(tensors))));
        root.putAll(more);
        byte[] pickle = Pickler.of(root);
        AtomicFile.write(path, channel -> {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), CHUNK);
            StoredZip zip = new StoredZip(out);
            zip.add(FOLDER + "/data.pkl", body -> body.write(pickle));
            zip.add(FOLDER + "/byteorder", body -> body.write(ascii("little")));
            int at = 0;
            for (String name : tensors.names()) {
                StateDict.Entry e = tensors.entry(name);
                zip.add(
                        FOLDER + "/data/" + at++,
                        body -> copy(e.read().contiguous().toBytes(), body));
            }
            zip.add(FOLDER + "/version", body -> body.write(ascii("3\n")));
            zip.close();
        });
    }

    /** The versions of the modules' layouts, which load_state_dict asks for: 2 for a batch norm that counts, 1 for the rest. */
    private static Pickler.OrderedDict versions(StateDict tensors) {
        Map<String, Object> versions = new LinkedHashMap<>();
        versions.put("", Map.of("version", 1));
        for (String name : tensors.names()) {
            for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
                versions.putIfAbsent(name.substring(0, dot), Map.of("version", 1));
            }
            if (name.endsWith(NORM_COUNT)) {
                versions.put(name.substring(0, name.length() - NORM_COUNT.length()), Map.of("version", 2));
            }
        }
        return new Pickler.OrderedDict(versions, Map.of());
    }

    private static String storage(DType type) {
        return switch (type) {
            case F32 -> "FloatStorage";
            case F64 -> "DoubleStorage";
            case F16 -> "HalfStorage";
            case BF16 -> "BFloat16Storage";
            case I64 -> "LongStorage";
            case I32 -> "IntStorage";
            case I16 -> "ShortStorage";
            case I8 -> "CharStorage";
            case U8 -> "ByteStorage";
            case BOOL -> "BoolStorage";
        };
    }

    private static void copy(MemorySegment bytes, OutputStream out) throws IOException {
        byte[] chunk = new byte[(int) Math.min(CHUNK, bytes.byteSize())];
        for (long at = 0; at < bytes.byteSize(); at += chunk.length) {
            int count = (int) Math.min(chunk.length, bytes.byteSize() - at);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, chunk, 0, count);
            out.write(chunk, 0, count);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
