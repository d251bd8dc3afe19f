package dev.swath.weights;

import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.tensor.TensorException;
import dev.swath.weights.pickle.PickleException;
import dev.swath.weights.pickle.Resolver;
import dev.swath.weights.pickle.Unpickler;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A file of {@code torch.save}, in zip form (PyTorch 1.6 and later) or legacy form. Its object tree is read at once,
 * its tensors only when they are asked for; optimizer state costs nothing. Nothing in the file is executed.
 */
public final class TorchCheckpoint {
    private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long LEGACY_PROTOCOL = 1001;
    private static final int MAX_PICKLE = 256 << 20;
    private static final int MAX_LEGACY_HEAD = 32 << 20;

    private static final Map<String, DType> STORAGES = Map.ofEntries(
            Map.entry("FloatStorage", DType.F32),
            Map.entry("DoubleStorage", DType.F64),
            Map.entry("HalfStorage", DType.F16),
            Map.entry("BFloat16Storage", DType.BF16),
            Map.entry("LongStorage", DType.I64),
            Map.entry("IntStorage", DType.I32),
            Map.entry("ShortStorage", DType.I16),
            Map.entry("CharStorage", DType.I8),
            Map.entry("ByteStorage", DType.U8),
            Map.entry("BoolStorage", DType.BOOL));

    private static final Set<String> CALLS = Set.of(
            "collections.OrderedDict",
            "argparse.Namespace",
            "torch._utils._rebuild_tensor_v2",
            "torch._utils._rebuild_parameter",
            "torch.Size",
            "torch.device");

    /**
     * A tensor in the file, not yet read.
     *
     * @param dtype element type
     * @param key the storage's key
     * @param storageSize elements of the storage, as the pickle says
     * @param shape extents
     * @param strides distance in elements along each axis
     * @param offset first element in the storage
     */
    public record TensorRef(DType dtype, String key, long storageSize, Shape shape, long[] strides, long offset) {}

    private record StorageRef(DType dtype, String key, long size) {}

    private final FileBytes file;
    private final @Nullable Object root;
    private final Map<String, Long> positions;
    private final Map<String, ZipIndex.Entry> deflated;
    private final @Nullable ZipIndex zip;

    private TorchCheckpoint(
            FileBytes file,
            @Nullable Object root,
            Map<String, Long> positions,
            Map<String, ZipIndex.Entry> deflated,
            @Nullable ZipIndex zip) {
        this.file = file;
        this.root = root;
        this.positions = positions;
        this.deflated = deflated;
        this.zip = zip;
    }

    /** Reads the object tree of a checkpoint in either form. */
    public static TorchCheckpoint open(Path path) {
        FileBytes file = FileBytes.of(path);
        try {
            byte[] head = file.read(0, (int) Math.min(4, file.size()));
            return head.length == 4 && head[0] == 'P' && head[1] == 'K' ? openZip(file) : openLegacy(file);
        } catch (PickleException e) {
            throw WeightsException.in(path, e.getMessage());
        } catch (TensorException e) {
            throw WeightsException.in(path, "a tensor breaks a rule: " + e.getMessage());
        }
    }

    private static TorchCheckpoint openZip(FileBytes file) {
        ZipIndex zip = new ZipIndex(file);
        String pickle = null;
        for (String name : zip.entries().keySet()) {
            if (name.equals("data.pkl") || (name.endsWith("/data.pkl") && name.indexOf('/') == name.length() - 9)) {
                if (pickle != null) {
                    throw WeightsException.in(file.path(), "the archive has two folders with a data.pkl");
                }
                pickle = name;
            }
        }
        if (pickle == null) {
            throw WeightsException.in(
                    file.path(), "this zip file has no data.pkl, so it is not a checkpoint of torch.save");
        }
        String folder = pickle.substring(0, pickle.length() - "data.pkl".length());
        ZipIndex.Entry order = zip.entries().get(folder + "byteorder");
        if (order != null && !new String(zip.read(order, 64), StandardCharsets.US_ASCII).equals("little")) {
            throw WeightsException.in(file.path(), "the elements are not little-endian");
        }
        Map<String, Long> positions = new HashMap<>();
        Map<String, ZipIndex.Entry> deflated = new HashMap<>();
        Object root = Unpickler.read(
                ByteBuffer.wrap(zip.read(zip.entries().get(pickle), MAX_PICKLE)), new TorchResolver(ref -> {
                    String name = folder + "data/" + ref.key;
                    ZipIndex.Entry e = zip.entries().get(name);
                    if (e == null) {
                        throw WeightsException.in(
                                file.path(), "the storage '" + name + "' is missing from the archive");
                    }
                    if (e.size() != ref.size * ref.dtype.bytes()) {
                        throw WeightsException.in(
                                file.path(),
                                "the storage '" + name + "' has " + e.size() + " bytes where " + ref.size
                                        + " elements of " + ref.dtype + " are due");
                    }
                    if (e.method() == 0) {
                        positions.computeIfAbsent(ref.key, k -> zip.position(e));
                    } else {
                        deflated.put(ref.key, e);
                    }
                }));
        return new TorchCheckpoint(file, root, positions, deflated, zip);
    }

    private static TorchCheckpoint openLegacy(FileBytes file) {
        ByteBuffer in = ByteBuffer.wrap(file.read(0, (int) Math.min(file.size(), MAX_LEGACY_HEAD)));
        Map<String, StorageRef> storages = new LinkedHashMap<>();
        Resolver resolver = new TorchResolver(ref -> storages.put(ref.key, ref));
        Object magic;
        try {
            magic = Unpickler.read(in, Resolver.PLAIN);
        } catch (PickleException e) {
            magic = null;
        }
        if (!LEGACY_MAGIC.equals(magic)) {
            throw WeightsException.in(file.path(), "this is neither a zip nor a legacy checkpoint of torch.save");
        }
        if (!Long.valueOf(LEGACY_PROTOCOL).equals(Unpickler.read(in, Resolver.PLAIN))) {
            throw WeightsException.in(file.path(), "the legacy protocol must be " + LEGACY_PROTOCOL);
        }
        if (!(Unpickler.read(in, Resolver.PLAIN) instanceof Map<?, ?> system)
                || !Boolean.TRUE.equals(system.get("little_endian"))) {
            throw WeightsException.in(file.path(), "the elements are not little-endian");
        }
        Object root = Unpickler.read(in, resolver);
        if (!(Unpickler.read(in, Resolver.PLAIN) instanceof List<?> keys)) {
            throw WeightsException.in(file.path(), "the list of storages is missing");
        }
        Map<String, Long> positions = new HashMap<>();
        long at = in.position();
        for (Object key : keys) {
            StorageRef ref = storages.get(String.valueOf(key));
            if (ref == null) {
                throw WeightsException.in(file.path(), "the storage '" + key + "' is listed but used by no tensor");
            }
            long count = ByteBuffer.wrap(file.read(at, 8))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            if (count != ref.size) {
                throw WeightsException.in(
                        file.path(),
                        "the storage '" + key + "' at byte " + at + " has " + count + " elements where " + ref.size
                                + " are due");
            }
            file.checkRange(at + 8, count * ref.dtype.bytes());
            positions.put(ref.key, at + 8);
            at += 8 + count * ref.dtype.bytes();
        }
        for (String key : storages.keySet()) {
            if (!positions.containsKey(key)) {
                throw WeightsException.in(file.path(), "the storage '" + key + "' is used but not in the file");
            }
        }
        return new TorchCheckpoint(file, root, positions, Map.of(), null);
    }

    /** The pickled object: maps, lists, numbers, strings, {@link Unpickler.ObjectState} and {@link TensorRef}. */
    public @Nullable Object root() {
        return root;
    }

    /** Reads one tensor into fresh memory, keeping its strides. */
    public Tensor read(TensorRef ref) {
        return read(ref, float[]::new);
    }

    private Tensor read(TensorRef ref, IntFunction<float[]> memory) {
        ZipIndex.Entry packed = deflated.get(ref.key);
        HostStorage storage;
        if (packed != null && zip != null) {
            storage = new HostStorage.Bytes(
                    ref.dtype, MemorySegment.ofArray(zip.read(packed, ref.storageSize * ref.dtype.bytes())));
        } else {
            Long position = positions.get(ref.key);
            if (position == null) {
                throw WeightsException.in(file.path(), "the storage '" + ref.key + "' is not in the file");
            }
            storage = Safetensors.elements(file, ref.dtype, position, ref.storageSize, memory);
        }
        return Tensor.strided(storage, ref.shape, ref.strides, ref.offset);
    }

    /**
     * The tensors of a mapping of names to tensors: the one at {@code key} of the root, or the root itself if null.
     * Other values in the mapping are left out.
     */
    public StateDict stateDict(@Nullable String key) {
        Object node = root;
        if (key != null) {
            node = node instanceof Map<?, ?> map ? map.get(key) : null;
        }
        if (!(node instanceof Map<?, ?> map)) {
            throw WeightsException.in(
                    file.path(),
                    key == null
                            ? "the file holds no mapping of names to tensors"
                            : "there is no mapping '" + key + "' in the file");
        }
        StateDict out = new StateDict();
        map.forEach((name, value) -> {
            if (name instanceof String s && value instanceof TensorRef ref) {
                out.put(s, new StateDict.Entry(ref.dtype, ref.shape, memory -> read(ref, memory)));
            }
        });
        return out;
    }

    private interface StorageListener {
        void use(StorageRef ref);
    }

    /** Gives meaning to the names that a checkpoint needs, and to no others. */
    private record TorchResolver(StorageListener storages) implements Resolver {
        @Override
        public boolean allows(String module, String name) {
            return CALLS.contains(module + "." + name) || (module.equals("torch") && STORAGES.containsKey(name));
        }

        @Override
        public @Nullable Object call(String module, String name, List<@Nullable Object> arguments) {
            return switch (module + "." + name) {
                case "collections.OrderedDict" -> orderedMap(arguments);
                case "argparse.Namespace" -> Unpickler.ObjectState.of("argparse.Namespace");
                case "torch._utils._rebuild_tensor_v2" -> tensor(arguments);
                case "torch._utils._rebuild_parameter" -> (TensorRef) arguments.get(0);
                case "torch.Size" -> arguments.get(0);
                case "torch.device" -> String.valueOf(arguments.get(0));
                default -> throw new PickleException("[pickle] " + module + "." + name + " cannot be called");
            };
        }

        private static Map<Object, @Nullable Object> orderedMap(List<@Nullable Object> arguments) {
            Map<Object, @Nullable Object> out = new LinkedHashMap<>();
            if (!arguments.isEmpty() && arguments.get(0) instanceof List<?> pairs) {
                for (Object pair : pairs) {
                    if (!(pair instanceof List<?> kv) || kv.size() != 2 || !(kv.get(0) instanceof String key)) {
                        throw new PickleException("[pickle] an ordered mapping must be made of pairs with string keys");
                    }
                    out.put(key, kv.get(1));
                }
            }
            return out;
        }

        private static TensorRef tensor(List<@Nullable Object> a) {
            if (a.size() < 4 || !(a.get(0) instanceof StorageRef storage) || !(a.get(1) instanceof Long offset)) {
                throw new PickleException("[pickle] a tensor must be made of a storage, an offset, a size and strides");
            }
            int[] dims = new int[integers(a.get(2)).size()];
            long[] strides = new long[dims.length];
            if (integers(a.get(3)).size() != dims.length || dims.length > 16) {
                throw new PickleException("[pickle] a tensor must have one stride an axis and at most 16 axes");
            }
            for (int i = 0; i < dims.length; i++) {
                long d = integers(a.get(2)).get(i);
                if (d < 0 || d > Integer.MAX_VALUE) {
                    throw new PickleException("[pickle] a tensor's extent must lie in [0, 2147483647]; got " + d);
                }
                dims[i] = (int) d;
                strides[i] = integers(a.get(3)).get(i);
            }
            Shape shape = Shape.of(dims);
            long last = offset;
            for (int i = 0; i < dims.length && shape.elements() > 0; i++) {
                last = Math.addExact(last, Math.multiplyExact(strides[i], dims[i] - 1L));
                if (strides[i] < 0) {
                    throw new PickleException("[pickle] strides must not be negative");
                }
            }
            // Repeating an axis by stride 0 must not turn a small file into a huge tensor.
            if (offset < 0
                    || (shape.elements() > 0 && last >= storage.size)
                    || shape.elements() > Math.max(1L << 20, 4 * storage.size)) {
                throw new PickleException("[pickle] a tensor of shape " + shape + " from element " + offset
                        + " on does not fit its storage of " + storage.size + " elements");
            }
            return new TensorRef(storage.dtype, storage.key, storage.size, shape, strides, offset);
        }

        private static List<Long> integers(@Nullable Object value) {
            if (!(value instanceof List<?> list)) {
                throw new PickleException("[pickle] sizes and strides must be tuples");
            }
            List<Long> out = new ArrayList<>();
            for (Object o : list) {
                if (!(o instanceof Long n)) {
                    throw new PickleException("[pickle] sizes and strides must be integers");
                }
                out.add(n);
            }
            return out;
        }

        @Override
        public @Nullable Object persistent(@Nullable Object id) {
            if (!(id instanceof List<?> parts)
                    || parts.size() < 5
                    || !"storage".equals(parts.get(0))
                    || !(parts.get(4) instanceof Long size)
                    || size < 0) {
                throw new PickleException("[pickle] a persistent id must name a storage");
            }
            String type = String.valueOf(parts.get(1));
            DType dtype = STORAGES.get(type.substring(type.lastIndexOf('.') + 1));
            if (dtype == null || size > Long.MAX_VALUE / 16) {
                throw new PickleException("[pickle] the storage type " + type + " is not supported");
            }
            StorageRef ref = new StorageRef(dtype, String.valueOf(parts.get(2)), size);
            storages.use(ref);
            return ref;
        }
    }
}
