package dev.swath.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tensors of one golden case, by name. */
public final class GoldenCase {
    private static final Pattern ENTRY = Pattern.compile(
            "\"([^\"]+)\":\\s*\\{\"dtype\":\\s*\"(F32|I64)\",\\s*\"shape\":\\s*\\[([\\d, ]*)],\\s*\"data_offsets\":\\s*\\[(\\d+),\\s*(\\d+)]}");

    private final ByteBuffer data;
    private final Map<String, Slot> slots = new LinkedHashMap<>();

    private record Slot(String type, long[] shape, int start, int end) {}

    /** Opens the case of the given name. */
    public GoldenCase(String name) throws IOException {
        byte[] file = resource(name, "data.safetensors");
        int header = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        Matcher entries = ENTRY.matcher(new String(file, 8, header, StandardCharsets.UTF_8));
        while (entries.find()) {
            long[] shape = Arrays.stream(entries.group(3).split(","))
                    .filter(size -> !size.isBlank())
                    .mapToLong(size -> Long.parseLong(size.strip()))
                    .toArray();
            slots.put(
                    entries.group(1),
                    new Slot(
                            entries.group(2),
                            shape,
                            Integer.parseInt(entries.group(4)),
                            Integer.parseInt(entries.group(5))));
        }
        data = ByteBuffer.wrap(file, 8 + header, file.length - 8 - header)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The description of a case. */
    public static String description(String name) throws IOException {
        return new String(resource(name, "case.json"), StandardCharsets.UTF_8);
    }

    private static byte[] resource(String name, String file) throws IOException {
        String path = "/golden/" + name + "/" + file;
        try (InputStream in = GoldenCase.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IOException("no resource " + path);
            }
            return in.readAllBytes();
        }
    }

    public long[] shape(String name) {
        return slot(name, "").shape().clone();
    }

    public float[] floats(String name) {
        Slot slot = slot(name, "F32");
        float[] values = new float[(slot.end() - slot.start()) / Float.BYTES];
        data.slice(slot.start(), slot.end() - slot.start())
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }

    public long[] integers(String name) {
        Slot slot = slot(name, "I64");
        long[] values = new long[(slot.end() - slot.start()) / Long.BYTES];
        data.slice(slot.start(), slot.end() - slot.start())
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer()
                .get(values);
        return values;
    }

    /** The float tensors below a prefix, which is cut off their names. */
    public Map<String, float[]> floatsBelow(String prefix) {
        Map<String, float[]> values = new LinkedHashMap<>();
        slots.forEach((name, slot) -> {
            if (name.startsWith(prefix) && slot.type().equals("F32")) {
                values.put(name.substring(prefix.length()), floats(name));
            }
        });
        return values;
    }

    private Slot slot(String name, String type) {
        Slot slot = slots.get(name);
        if (slot == null || !slot.type().startsWith(type)) {
            throw new IllegalArgumentException("no tensor " + name + " " + type);
        }
        return slot;
    }
}
