package dev.swath.weights;

import dev.swath.tensor.DType;
import dev.swath.weights.pickle.Global;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a storage's class, or a tensor's element type, says.
 *
 * @param name as PyTorch has it
 * @param elements the element type, or null if tensors of it are not read
 * @param width bytes of one element, or 0 if not known
 */
record StorageType(String name, @Nullable DType elements, int width) {
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

    private static final Map<String, Integer> OTHER_STORAGES = Map.of(
            "ComplexFloatStorage", 8,
            "ComplexDoubleStorage", 16,
            "QInt8Storage", 1,
            "QUInt8Storage", 1,
            "QInt32Storage", 4,
            "QUInt4x2Storage", 1,
            "QUInt2x4Storage", 1,
            "UntypedStorage", 1,
            "_UntypedStorage", 1);

    private static final Map<String, DType> ELEMENTS = Map.ofEntries(
            Map.entry("float32", DType.F32),
            Map.entry("float", DType.F32),
            Map.entry("float64", DType.F64),
            Map.entry("double", DType.F64),
            Map.entry("float16", DType.F16),
            Map.entry("half", DType.F16),
            Map.entry("bfloat16", DType.BF16),
            Map.entry("int64", DType.I64),
            Map.entry("long", DType.I64),
            Map.entry("int32", DType.I32),
            Map.entry("int", DType.I32),
            Map.entry("int16", DType.I16),
            Map.entry("short", DType.I16),
            Map.entry("int8", DType.I8),
            Map.entry("uint8", DType.U8),
            Map.entry("bool", DType.BOOL));

    /** By the class of a storage: {@code torch.FloatStorage}, {@code torch.cuda.FloatStorage}, {@code torch.storage.UntypedStorage}. */
    static StorageType of(Global storage) {
        DType elements = storage.module().equals("torch") || storage.module().startsWith("torch.")
                ? STORAGES.get(storage.name())
                : null;
        return new StorageType(
                storage.path(),
                elements,
                elements == null ? OTHER_STORAGES.getOrDefault(storage.name(), 0) : elements.bytes());
    }

    /** By the name of an element type: {@code torch.float16}. */
    static StorageType ofElements(Global dtype) {
        DType elements = dtype.module().equals("torch") ? ELEMENTS.get(dtype.name()) : null;
        return new StorageType(dtype.path(), elements, elements == null ? 0 : elements.bytes());
    }
}
