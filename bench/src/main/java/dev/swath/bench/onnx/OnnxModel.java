package dev.swath.bench.onnx;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An ONNX model in the making: nodes in order, and constants. Large constants go to a file beside the model, as they must
 * where the model would pass the 2 GB that a protocol buffer can hold.
 */
public final class OnnxModel implements AutoCloseable {
    private static final int OPSET = 17;
    private static final int IR_VERSION = 8;
    private static final int INLINE_LIMIT = 1024;
    private static final int CHUNK = 1 << 16;
    private static final int EXTERNAL = 1;

    private final ProtoWriter graph = new ProtoWriter();
    private final Path file;
    private final OutputStream data;
    private final Map<List<Long>, Value> integerLists = new HashMap<>();
    private final Map<Float, Value> scalars = new HashMap<>();
    private long dataSize;
    private int names;

    /** Element types, by their numbers in the format. */
    public enum Type {
        /** 32-bit float. */
        FLOAT(1),
        /** 64-bit integer. */
        INT64(7);

        private final int number;

        Type(int number) {
            this.number = number;
        }
    }

    /** A named tensor of the graph. */
    public record Value(String name, List<Integer> shape) {
        public Value {
            shape = List.copyOf(shape);
        }

        /** Number of axes. */
        public int rank() {
            return shape.size();
        }

        /** Size of one axis; negative axes count from the last. */
        public int dim(int axis) {
            return shape.get(axis < 0 ? shape.size() + axis : axis);
        }
    }

    /** Starts a model that will lie in the file; its large constants in the file of that name with {@code .data}. */
    public OnnxModel(Path file) throws IOException {
        this.file = file;
        this.data = new BufferedOutputStream(Files.newOutputStream(dataFile()), 1 << 20);
        graph.text(2, "graph");
    }

    private Path dataFile() {
        return file.resolveSibling(file.getFileName() + ".data");
    }

    /** Declares an input. */
    public Value input(String name, Type type, int... shape) {
        Value value = new Value(name, boxed(shape));
        graph.message(11, declaration(value, type));
        return value;
    }

    /** Declares a value as an output under its own name. */
    public void output(Value value) {
        graph.message(12, declaration(value, Type.FLOAT));
    }

    /** Adds a node with one output of the given shape. */
    public Value node(String operator, List<Integer> shape, Attributes attributes, Value... inputs) {
        return node(operator, newName(operator), shape, attributes, inputs);
    }

    /** Adds a node with one output of the given name and shape. */
    public Value node(String operator, String output, List<Integer> shape, Attributes attributes, Value... inputs) {
        ProtoWriter node = new ProtoWriter();
        for (Value input : inputs) {
            node.text(1, input.name());
        }
        node.text(2, output).text(3, "node_" + output).text(4, operator);
        attributes.writeTo(node);
        graph.message(1, node);
        return new Value(output, shape);
    }

    /** A missing optional input. */
    public static Value absent() {
        return new Value("", List.of());
    }

    /** A constant list of integers, shared between its users. */
    public Value integers(long... values) {
        List<Long> key = Arrays.stream(values).boxed().toList();
        return integerLists.computeIfAbsent(key, list -> {
            ByteBuffer bytes = buffer(values.length * Long.BYTES);
            bytes.asLongBuffer().put(values);
            Value constant = new Value(newName("integers"), List.of(values.length));
            graph.message(5, header(constant, Type.INT64).bytes(9, bytes.array()));
            return constant;
        });
    }

    /** A constant integer without axes. */
    public Value index(long value) {
        ByteBuffer bytes = buffer(Long.BYTES).putLong(value);
        Value constant = new Value(newName("index"), List.of());
        graph.message(5, header(constant, Type.INT64).bytes(9, bytes.array()));
        return constant;
    }

    /** A constant float without axes, shared between its users. */
    public Value scalar(double value) {
        return scalars.computeIfAbsent((float) value, single -> {
            ByteBuffer bytes = buffer(Float.BYTES).putFloat(single);
            Value constant = new Value(newName("scalar"), List.of());
            graph.message(5, header(constant, Type.FLOAT).bytes(9, bytes.array()));
            return constant;
        });
    }

    /** A constant tensor of floats, row-major. */
    public Value floats(String name, float[] values, int... shape) {
        Value constant = new Value(name, boxed(shape));
        ProtoWriter tensor = header(constant, Type.FLOAT);
        int size = Math.multiplyExact(values.length, Float.BYTES);
        if (size <= INLINE_LIMIT) {
            ByteBuffer bytes = buffer(size);
            bytes.asFloatBuffer().put(values);
            tensor.bytes(9, bytes.array());
        } else {
            tensor.message(13, external("location", dataFile().getFileName().toString()))
                    .message(13, external("offset", Long.toString(dataSize)))
                    .message(13, external("length", Integer.toString(size)))
                    .integer(14, EXTERNAL);
            append(values);
        }
        graph.message(5, tensor);
        return constant;
    }

    /** A name that no other value of the model has. */
    public String newName(String stem) {
        return stem + "_" + names++;
    }

    private void append(float[] values) {
        ByteBuffer chunk = buffer(CHUNK);
        int step = CHUNK / Float.BYTES;
        try {
            for (int start = 0; start < values.length; start += step) {
                int count = Math.min(step, values.length - start);
                chunk.asFloatBuffer().put(values, start, count);
                data.write(chunk.array(), 0, count * Float.BYTES);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        dataSize += (long) values.length * Float.BYTES;
    }

    /** Writes the model. */
    @Override
    public void close() throws IOException {
        data.close();
        ProtoWriter model = new ProtoWriter()
                .integer(1, IR_VERSION)
                .text(2, "swath-bench")
                .message(7, graph)
                .message(8, new ProtoWriter().text(1, "").integer(2, OPSET));
        Files.write(file, model.toByteArray());
    }

    private static ProtoWriter external(String key, String value) {
        return new ProtoWriter().text(1, key).text(2, value);
    }

    private static ProtoWriter header(Value value, Type type) {
        ProtoWriter tensor = new ProtoWriter();
        for (int size : value.shape()) {
            tensor.integer(1, size);
        }
        return tensor.integer(2, type.number).text(8, value.name());
    }

    private static ProtoWriter declaration(Value value, Type type) {
        ProtoWriter shape = new ProtoWriter();
        for (int size : value.shape()) {
            shape.message(1, new ProtoWriter().integer(1, size));
        }
        ProtoWriter tensor = new ProtoWriter().integer(1, type.number).message(2, shape);
        return new ProtoWriter().text(1, value.name()).message(2, new ProtoWriter().message(1, tensor));
    }

    private static List<Integer> boxed(int... shape) {
        return Arrays.stream(shape).boxed().toList();
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
