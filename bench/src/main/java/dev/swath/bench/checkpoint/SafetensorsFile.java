package dev.swath.bench.checkpoint;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Collects a few arrays and writes them as one safetensors file. */
public final class SafetensorsFile {
    private final StringBuilder header = new StringBuilder();
    private final List<byte[]> parts = new ArrayList<>();
    private long offset;

    /** Adds a tensor of 32-bit floats. */
    public SafetensorsFile add(String name, float[] values, long... shape) {
        ByteBuffer bytes = buffer(Math.multiplyExact(values.length, Float.BYTES));
        bytes.asFloatBuffer().put(values);
        return add(name, "F32", bytes.array(), shape);
    }

    /** Adds a tensor of 64-bit integers. */
    public SafetensorsFile add(String name, long[] values, long... shape) {
        ByteBuffer bytes = buffer(Math.multiplyExact(values.length, Long.BYTES));
        bytes.asLongBuffer().put(values);
        return add(name, "I64", bytes.array(), shape);
    }

    private SafetensorsFile add(String name, String type, byte[] bytes, long[] shape) {
        List<Long> sizes = Arrays.stream(shape).boxed().toList();
        header.append(header.isEmpty() ? "{" : ",")
                .append("\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                        .formatted(name, type, sizes, offset, offset + bytes.length));
        parts.add(bytes);
        offset += bytes.length;
        return this;
    }

    /** Writes the file. */
    public void write(Path file) throws IOException {
        StringBuilder text = new StringBuilder(header).append("}");
        while (text.length() % 8 != 0) {
            text.append(' ');
        }
        byte[] encoded = text.toString().getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            out.write(buffer(Long.BYTES).putLong(encoded.length).array());
            out.write(encoded);
            for (byte[] part : parts) {
                out.write(part);
            }
        }
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
