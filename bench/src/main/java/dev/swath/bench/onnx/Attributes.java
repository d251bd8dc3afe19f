package dev.swath.bench.onnx;

import java.util.LinkedHashMap;
import java.util.Map;

/** The attributes of a node. */
public final class Attributes {
    private static final int FLOAT = 1;
    private static final int INT = 2;
    private static final int STRING = 3;
    private static final int INTS = 7;

    private final Map<String, ProtoWriter> values = new LinkedHashMap<>();

    /** No attributes. */
    public static Attributes none() {
        return new Attributes();
    }

    /** Sets an integer. */
    public Attributes with(String name, long value) {
        return put(name, attribute(name).integer(3, value).integer(20, INT));
    }

    /** Sets a float. */
    public Attributes with(String name, float value) {
        return put(name, attribute(name).single(2, value).integer(20, FLOAT));
    }

    /** Sets a string. */
    public Attributes with(String name, String value) {
        return put(name, attribute(name).text(4, value).integer(20, STRING));
    }

    /** Sets a list of integers. */
    public Attributes withList(String name, long... values) {
        return put(name, attribute(name).integers(8, values).integer(20, INTS));
    }

    void writeTo(ProtoWriter node) {
        values.values().forEach(value -> node.message(5, value));
    }

    private Attributes put(String name, ProtoWriter value) {
        values.put(name, value);
        return this;
    }

    private static ProtoWriter attribute(String name) {
        return new ProtoWriter().text(1, name);
    }
}
