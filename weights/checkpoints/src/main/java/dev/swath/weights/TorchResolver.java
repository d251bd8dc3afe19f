package dev.swath.weights;

import dev.swath.files.Quoted;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.weights.TorchCheckpoint.TensorRef;
import dev.swath.weights.pickle.Global;
import dev.swath.weights.pickle.PickleException;
import dev.swath.weights.pickle.PythonObject;
import dev.swath.weights.pickle.Resolver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gives meaning to the functions by which PyTorch rebuilds tensors. Every other class and function stands for itself: it is
 * written down, with its arguments, and never run.
 */
final class TorchResolver implements Resolver {
    private static final int MAX_AXES = 64;
    private static final int MAX_PASSED_OVER = 64;

    /** {@code str()} of a persistent id, which protocol 0 writes. */
    private static final Pattern PRINTED_ID =
            Pattern.compile("\\('storage', <class 'torch\\.(\\w+)'>, '([^']*)', '[^']*', (\\d{1,18})(?:, None)?\\)");

    private static final String FROM_TYPE = "_rebuild_from_type";

    /**
     * A storage in the file.
     *
     * @param type its class, such as FloatStorage
     * @param key its name in the file
     * @param size number of elements
     * @param from first element of the view that it is of a larger one, else 0
     */
    record StorageRef(StorageType type, String key, long size, long from) {}

    /**
     * A tensor whose elements cannot be given.
     *
     * @param why to follow the tensor's name
     * @param isEmpty whether it has none anyway
     */
    record UnreadTensor(String why, boolean isEmpty) {}

    private final Consumer<StorageRef> storages;
    private final Set<String> passedOver = new LinkedHashSet<>();

    TorchResolver(Consumer<StorageRef> storages) {
        this.storages = storages;
    }

    /** Classes and functions that were met and mean nothing for tensors, the first of them. */
    Set<String> passedOver() {
        return passedOver;
    }

    @Override
    public boolean allows(Global name) {
        return true;
    }

    @Override
    public @Nullable Object call(Global callee, List<@Nullable Object> a) {
        return switch (callee.path()) {
            case "collections.OrderedDict" -> orderedMap(a);
            case "torch._utils._rebuild_tensor" -> tensor(a, null);
            case "torch._utils._rebuild_tensor_v2" -> asMarked(tensor(a, null), a, 6);
            case "torch._utils._rebuild_tensor_v3" -> asMarked(tensor(a, a.size() > 6 ? a.get(6) : null), a, 7);
            case "torch._utils._rebuild_parameter",
                    "torch._utils._rebuild_parameter_with_state",
                    "torch.nn.parameter.Parameter",
                    "torch.nn.parameter.Buffer",
                    "torch._utils._rebuild_device_tensor_from_cpu_tensor" -> first(callee, a);
            case "torch._tensor._rebuild_from_type",
                    "torch._tensor._rebuild_from_type_v2",
                    "torch.tensor._rebuild_from_type" -> fromType(callee, a);
            case "torch.Size", "builtins.set", "builtins.frozenset", "__builtin__.set", "__builtin__.frozenset" ->
                a.size() == 1 && a.getFirst() instanceof List<?> list ? list : new PythonObject(callee.path(), a);
            case "copyreg._reconstructor", "copy_reg._reconstructor" -> reconstructed(a);
            case "copyreg.__newobj__", "copy_reg.__newobj__", "copyreg.__newobj_ex__", "copy_reg.__newobj_ex__" ->
                object(a.isEmpty() ? null : a.getFirst(), a.isEmpty() ? a : a.subList(1, a.size()));
            case "torch._utils._rebuild_qtensor" -> new UnreadTensor("is quantized", false);
            case "torch._utils._rebuild_sparse_tensor", "torch._utils._rebuild_sparse_csr_tensor" ->
                new UnreadTensor("is sparse", false);
            case "torch._utils._rebuild_nested_tensor" -> new UnreadTensor("is a nested tensor", false);
            case "torch._utils._rebuild_meta_tensor_no_storage" ->
                new UnreadTensor("is on the meta device, so the file has no elements of it", false);
            default ->
                callee.module().equals("torch._utils") && callee.name().startsWith("_rebuild_")
                        ? new UnreadTensor("is rebuilt by " + Quoted.text(callee.name()) + ", which is not read", false)
                        : object(callee, a);
        };
    }

    /** The tensor, unless the mapping in that place says that its elements are meant with another sign than they are stored with. */
    private static Object asMarked(Object tensor, List<@Nullable Object> a, int place) {
        Object marks = a.size() > place ? a.get(place) : null;
        for (String mark : List.of("neg", "conj")) {
            if (marks instanceof Map<?, ?> map && Boolean.TRUE.equals(map.get(mark))) {
                return new UnreadTensor("is a view marked '" + mark + "', whose elements are not those stored", false);
            }
        }
        return tensor;
    }

    private PythonObject object(@Nullable Object type, List<@Nullable Object> arguments) {
        String name = type instanceof Global g ? g.path() : "an unnamed class";
        if (passedOver.size() < MAX_PASSED_OVER) {
            passedOver.add(name);
        }
        return new PythonObject(name, arguments);
    }

    /** Protocols 0 and 1: class, base class, and what the base class is made from. */
    private PythonObject reconstructed(List<@Nullable Object> a) {
        return object(a.isEmpty() ? null : a.getFirst(), a.size() == 3 ? a.subList(2, 3) : List.of());
    }

    private @Nullable Object first(Global callee, List<@Nullable Object> a) {
        Object value = a.isEmpty() ? null : a.getFirst();
        return value instanceof TensorRef || value instanceof UnreadTensor ? value : object(callee, a);
    }

    /** A tensor with attributes: the function that rebuilds it, its class, that function's arguments, the attributes. */
    private @Nullable Object fromType(Global callee, List<@Nullable Object> a) {
        boolean known = a.size() >= 3
                && a.getFirst() instanceof Global function
                && function.module().startsWith("torch.")
                && !function.name().startsWith(FROM_TYPE)
                && a.get(2) instanceof List<?>;
        return known && a.getFirst() instanceof Global function && a.get(2) instanceof List<?> arguments
                ? call(function, new ArrayList<@Nullable Object>(arguments))
                : object(callee, a);
    }

    private static Map<Object, @Nullable Object> orderedMap(List<@Nullable Object> arguments) {
        Map<Object, @Nullable Object> out = new LinkedHashMap<>(0);
        Object from = arguments.isEmpty() ? null : arguments.getFirst();
        if (from instanceof Map<?, ?> map) {
            out.putAll(map);
        } else if (from instanceof List<?> pairs) {
            for (Object pair : pairs) {
                if (!(pair instanceof List<?> kv) || kv.size() != 2) {
                    throw new PickleException("[pickle] an ordered mapping must be made of pairs");
                }
                // Only names are of use; other keys stand for themselves, for what they are may hold itself.
                Object key = kv.getFirst();
                out.put(key instanceof String || key instanceof Long ? key : new Object(), kv.get(1));
            }
        }
        return out;
    }

    private static Object tensor(List<@Nullable Object> a, @Nullable Object dtype) {
        if (a.size() < 4 || !(a.get(0) instanceof StorageRef storage) || !(a.get(1) instanceof Long offset)) {
            throw new PickleException("[pickle] a tensor must be made of a storage, an offset, a size and strides");
        }
        long[] sizes = integers(a.get(2));
        long[] strides = integers(a.get(3));
        if (strides.length != sizes.length || sizes.length > MAX_AXES) {
            throw new PickleException("[pickle] a tensor must have one stride an axis and at most " + MAX_AXES
                    + " axes; got " + sizes.length + " axes and " + strides.length + " strides");
        }
        StorageType type = storage.type;
        if (dtype != null) {
            if (!(dtype instanceof Global named)) {
                throw new PickleException("[pickle] a tensor's element type must be a name");
            }
            type = StorageType.ofElements(named);
        }
        int[] dims = new int[sizes.length];
        boolean empty = false;
        for (int i = 0; i < dims.length; i++) {
            if (sizes[i] < 0 || sizes[i] > Integer.MAX_VALUE) {
                throw new PickleException("[pickle] a tensor's extent must lie in [0, 2147483647]; got " + sizes[i]);
            }
            dims[i] = (int) sizes[i];
            empty |= dims[i] == 0;
        }
        if (type.elements() == null) {
            return new UnreadTensor("has the element type " + Quoted.text(type.name()) + ", which is not read", empty);
        }
        return view(storage, type.elements(), dims, strides, offset, empty);
    }

    private static TensorRef view(
            StorageRef storage, DType elements, int[] dims, long[] strides, long offset, boolean empty) {
        // An untyped storage counts bytes.
        int width = Math.max(1, storage.type.width());
        long bytes = Math.multiplyExact(storage.size, (long) width);
        long size = bytes / elements.bytes();
        Shape shape = Shape.of(dims);
        boolean fits = offset >= 0 && (empty || offset < size);
        long last = offset;
        for (int i = 0; i < dims.length && fits && !empty; i++) {
            long steps = dims[i] - 1L;
            fits = strides[i] >= 0 && (steps == 0 || strides[i] <= (size - 1 - last) / steps);
            last += fits ? strides[i] * steps : 0;
        }
        if (!fits) {
            throw new PickleException("[pickle] a tensor of shape " + shape + " from element " + offset
                    + " on lies outside of its storage of " + size + " elements");
        }
        for (int i = 0; i < dims.length; i++) {
            strides[i] = dims[i] == 1 || empty ? 0 : strides[i];
        }
        return new TensorRef(elements, storage.key, storage.from * width, size, shape, strides, empty ? 0 : offset);
    }

    private static long[] integers(@Nullable Object value) {
        if (!(value instanceof List<?> list)) {
            throw new PickleException("[pickle] sizes and strides must be tuples");
        }
        if (list.size() > MAX_AXES) {
            throw new PickleException("[pickle] a tensor has at most " + MAX_AXES + " axes; got " + list.size());
        }
        long[] out = new long[list.size()];
        for (int i = 0; i < out.length; i++) {
            if (!(list.get(i) instanceof Long n)) {
                throw new PickleException("[pickle] sizes and strides must be integers of 64 bits");
            }
            out[i] = n;
        }
        return out;
    }

    @Override
    public @Nullable Object persistent(@Nullable Object id) {
        if (id instanceof String printed) {
            Matcher m = PRINTED_ID.matcher(printed.length() > 500 ? "" : printed);
            if (!m.matches()) {
                throw new PickleException("[pickle] a persistent id must name a storage");
            }
            return storage(new Global("torch", m.group(1)), m.group(2), Long.valueOf(m.group(3)), null);
        }
        if (!(id instanceof List<?> parts) || parts.size() < 2 || !(parts.getFirst() instanceof String kind)) {
            throw new PickleException("[pickle] a persistent id must name a storage");
        }
        if (!kind.equals("storage")) {
            // The legacy form wraps the classes of whole models so, with their source.
            return parts.get(1);
        }
        if (parts.size() < 5) {
            throw new PickleException("[pickle] a storage must have a type, a key, a place and a size");
        }
        return storage(parts.get(1), parts.get(2), parts.get(4), parts.size() > 5 ? parts.get(5) : null);
    }

    private StorageRef storage(
            @Nullable Object type, @Nullable Object key, @Nullable Object size, @Nullable Object view) {
        if (!(type instanceof Global named)) {
            throw new PickleException("[pickle] a storage's type must be a class");
        }
        String name = key instanceof String s ? s : key instanceof Long n ? Long.toString(n) : null;
        if (name == null) {
            throw new PickleException("[pickle] a storage's key must be a string");
        }
        if (!(size instanceof Long elements) || elements < 0 || elements > Long.MAX_VALUE / 16) {
            throw new PickleException("[pickle] a storage's size must be a whole number that a file can hold");
        }
        StorageRef whole = new StorageRef(StorageType.of(named), name, elements, 0);
        storages.accept(whole);
        if (view == null) {
            return whole;
        }
        if (!(view instanceof List<?> v)
                || v.size() != 3
                || !(v.get(1) instanceof Long from)
                || !(v.get(2) instanceof Long length)
                || from < 0
                || length < 0
                || from > elements - length) {
            throw new PickleException("[pickle] a view of a storage must lie inside of it");
        }
        return new StorageRef(whole.type, name, length, from);
    }
}
