package dev.swath.weights;

import dev.swath.files.Counted;
import dev.swath.files.Quoted;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.tensor.TensorException;
import dev.swath.weights.TorchResolver.StorageRef;
import dev.swath.weights.pickle.PickleException;
import dev.swath.weights.pickle.Resolver;
import dev.swath.weights.pickle.Unpickler;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A file of {@code torch.save}, in zip form (PyTorch 1.6 and later) or legacy form, of any pickle protocol. Its object tree is
 * read at once, its tensors only when they are asked for; optimizer state costs nothing. Nothing in the file is executed:
 * values of classes that do not matter for tensors are passed over.
 */
public final class TorchCheckpoint {
    private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long LEGACY_PROTOCOL = 1001;
    private static final int MAX_PICKLE = 256 << 20;
    private static final int MAX_LEGACY_HEAD = 32 << 20;
    /** A deflated pickle may unpack to so much, and to so many times its size more: names repeat, but not without end. */
    private static final long SPARE_PICKLE = 8 << 20;

    private static final long MAX_PICKLE_RATIO = 16;
    /** What tensors hold together may be so many times what the file does: storages are shared, axes repeated. */
    private static final long MAX_SHARING = 8;

    private static final long SPARE_BYTES = 128L << 20;
    private static final long SPARE_UNPACKING = 1L << 30;

    /**
     * A tensor in the file, not yet read.
     *
     * @param dtype element type
     * @param key the storage's key
     * @param from byte in the storage that elements count from
     * @param storageSize elements of the storage from there on
     * @param shape extents
     * @param strides distance in elements along each axis
     * @param offset first element
     */
    public record TensorRef(
            DType dtype, String key, long from, long storageSize, Shape shape, long[] strides, long offset) {
        /** Bytes of its elements, each counted as often as it is repeated. */
        long bytes() {
            return shape.elements() > Long.MAX_VALUE / 8 ? Long.MAX_VALUE : shape.elements() * dtype.bytes();
        }
    }

    private final FileBytes file;
    private final @Nullable Object root;
    private final Map<String, Long> positions;
    private final Map<String, ZipIndex.Entry> deflated;
    private final @Nullable ZipIndex zip;
    private final Set<String> passedOver;
    private final AtomicLong unpacking;

    private TorchCheckpoint(
            FileBytes file,
            @Nullable Object root,
            Map<String, Long> positions,
            Map<String, ZipIndex.Entry> deflated,
            @Nullable ZipIndex zip,
            Set<String> passedOver) {
        this.file = file;
        this.root = root;
        this.positions = positions;
        this.deflated = deflated;
        this.zip = zip;
        this.passedOver = passedOver;
        long held = 0;
        for (ZipIndex.Entry e : deflated.values()) {
            held = Math.min(Long.MAX_VALUE / 8, held + e.size());
        }
        this.unpacking = new AtomicLong(SPARE_UNPACKING + 4 * held);
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
        String pickle = TorchArchive.pickle(file.path(), zip.entries());
        String folder = pickle.substring(0, pickle.length() - "data.pkl".length());
        ZipIndex.Entry order = zip.entries().get(folder + "byteorder");
        if (order != null && !new String(zip.read(order, 64), StandardCharsets.US_ASCII).equals("little")) {
            throw WeightsException.in(file.path(), "the elements are not little-endian");
        }
        Map<String, Long> positions = new HashMap<>();
        Map<String, ZipIndex.Entry> deflated = new HashMap<>();
        TorchResolver resolver = new TorchResolver(ref -> {
            String name = folder + "data/" + ref.key();
            ZipIndex.Entry e = zip.entries().get(name);
            if (e == null) {
                throw WeightsException.in(
                        file.path(), "the storage '" + Quoted.text(name) + "' is missing from the archive");
            }
            int width = ref.type().width();
            if (width > 0 && e.size() != ref.size() * width) {
                throw WeightsException.in(
                        file.path(),
                        "the storage '" + Quoted.text(name) + "' has " + Counted.of(e.size(), "byte") + " where "
                                + Counted.of(ref.size(), "element") + " of "
                                + Quoted.text(ref.type().name())
                                + " " + Counted.are(ref.size()) + " due");
            }
            if (e.method() == 0) {
                positions.computeIfAbsent(ref.key(), k -> zip.position(e));
            } else {
                deflated.put(ref.key(), e);
            }
        });
        ZipIndex.Entry entry = zip.entries().get(pickle);
        long most = entry.method() == 0 ? MAX_PICKLE : SPARE_PICKLE + MAX_PICKLE_RATIO * entry.packed();
        byte[] bytes = zip.read(entry, Math.min(MAX_PICKLE, most));
        Object root = Unpickler.read(ByteBuffer.wrap(bytes), resolver, entry.packed());
        return new TorchCheckpoint(file, root, positions, deflated, zip, resolver.passedOver());
    }

    private static TorchCheckpoint openLegacy(FileBytes file) {
        ByteBuffer in = ByteBuffer.wrap(file.read(0, (int) Math.min(file.size(), MAX_LEGACY_HEAD)));
        Map<String, StorageRef> storages = new LinkedHashMap<>();
        TorchResolver resolver = new TorchResolver(ref -> storages.put(ref.key(), ref));
        Object magic;
        try {
            magic = Unpickler.read(in, Resolver.PLAIN);
        } catch (PickleException e) {
            magic = null;
        }
        if (!LEGACY_MAGIC.equals(magic)) {
            throw WeightsException.in(file.path(), "this is " + NoWeights.PICKLE);
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
        Map<String, Long> positions = legacyPositions(file, in.position(), keys, storages);
        return new TorchCheckpoint(file, root, positions, Map.of(), null, resolver.passedOver());
    }

    /** Behind the pickles stand the storages in the order of the list, each with its number of elements before it. */
    private static Map<String, Long> legacyPositions(
            FileBytes file, long from, List<?> keys, Map<String, StorageRef> storages) {
        Map<String, Long> positions = new HashMap<>();
        long at = from;
        for (Object key : keys) {
            StorageRef ref = key instanceof String || key instanceof Long ? storages.get(key.toString()) : null;
            if (ref == null) {
                throw WeightsException.in(
                        file.path(),
                        "the storage '" + (key instanceof String s ? Quoted.text(s) : "?")
                                + "' is listed but used by no tensor");
            }
            if (ref.type().width() == 0) {
                throw WeightsException.in(
                        file.path(),
                        "the storage type " + Quoted.text(ref.type().name())
                                + " is not known, so that what follows it cannot be found");
            }
            long count = ByteBuffer.wrap(file.read(at, 8))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            if (count != ref.size()) {
                throw WeightsException.in(
                        file.path(),
                        "the storage '" + Quoted.text(ref.key()) + "' at byte " + at + " has "
                                + Counted.of(count, "element") + " where " + ref.size()
                                + " " + Counted.are(ref.size()) + " due");
            }
            file.checkRange(at + 8, count * ref.type().width());
            positions.put(ref.key(), at + 8);
            at += 8 + count * ref.type().width();
        }
        for (String key : storages.keySet()) {
            if (!positions.containsKey(key)) {
                throw WeightsException.in(
                        file.path(), "the storage '" + Quoted.text(key) + "' is used but not in the file");
            }
        }
        return positions;
    }

    /**
     * The pickled object: maps, lists, numbers, strings, {@link dev.swath.weights.pickle.PythonObject} and {@link TensorRef}. It
     * may hold itself.
     */
    public @Nullable Object root() {
        return root;
    }

    /** The classes and functions of values that were passed over, the first of them. */
    public Set<String> passedOver() {
        return passedOver;
    }

    Path path() {
        return file.path();
    }

    /** Reads one tensor into fresh memory: the elements that it shows, not the rest of its storage. */
    public Tensor read(TensorRef ref) {
        return read(ref, float[]::new);
    }

    private Tensor read(TensorRef ref, IntFunction<float[]> memory) {
        ZipIndex.Entry packed = deflated.get(ref.key);
        if (packed != null && zip != null) {
            try (ByteSource source = new InflatedSource(file, packed, zip.position(packed), unpacking)) {
                return StridedReader.read(file.path(), source, ref);
            }
        }
        Long position = positions.get(ref.key);
        if (position == null) {
            throw WeightsException.in(file.path(), "the storage '" + Quoted.text(ref.key) + "' is not in the file");
        }
        if (StridedReader.isDense(ref)) {
            long first = position + ref.from + ref.offset * ref.dtype.bytes();
            long span = StridedReader.span(ref);
            return Tensor.strided(
                    Safetensors.elements(file, ref.dtype, first, span, memory), ref.shape, ref.strides, 0);
        }
        try (ByteSource source = file.source(position)) {
            return StridedReader.read(file.path(), source, ref);
        }
    }

    /** The tensors of a mapping of names to tensors, as entries that are read when they are asked for. */
    StateDict stateDict(Map<String, TensorRef> tensors) {
        long held = Math.addExact(file.size(), zip == null ? 0 : zip.unpackedBytes());
        long bytes = 0;
        StateDict out = new StateDict();
        for (Map.Entry<String, TensorRef> e : tensors.entrySet()) {
            TensorRef ref = e.getValue();
            bytes += ref.bytes();
            if (bytes < 0 || bytes / MAX_SHARING > held + SPARE_BYTES / MAX_SHARING) {
                throw WeightsException.in(
                        file.path(),
                        "its tensors show more than " + MAX_SHARING + " times the " + held
                                + " bytes that the file holds; at '" + Quoted.text(e.getKey()) + "' " + ref.shape
                                + " too much is repeated");
            }
            out.put(e.getKey(), new StateDict.Entry(ref.dtype, ref.shape, memory -> read(ref, memory)));
        }
        return out;
    }
}
