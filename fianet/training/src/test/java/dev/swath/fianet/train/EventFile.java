package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads TensorBoard's event files by the format's definition; shares neither reader nor checksum with the writer. */
final class EventFile {
    private EventFile() {}

    /** CRC-32C by its polynomial, bit by bit. */
    private static int crc32c(byte[] bytes) {
        int crc = ~0;
        for (byte b : bytes) {
            crc ^= b & 0xff;
            for (int i = 0; i < 8; i++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ 0x82f63b78 : crc >>> 1;
            }
        }
        return ~crc;
    }

    private static int masked(byte[] bytes) {
        int crc = crc32c(bytes);
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }

    /** The messages of the folder's event files, in their order. */
    static List<byte[]> records(Path folder) throws IOException {
        List<byte[]> records = new ArrayList<>();
        try (var all = Files.list(folder)) {
            for (Path file : all.sorted().toList()) {
                read(file, records);
            }
        }
        return records;
    }

    private static void read(Path file, List<byte[]> records) throws IOException {
        assertTrue(file.getFileName().toString().startsWith("events.out.tfevents."), "TensorBoard looks for this name");
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            byte[] head = new byte[8];
            in.get(head);
            assertEquals(masked(head), in.getInt(), "checksum of the length");
            byte[] data = new byte
                    [(int) ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong()];
            in.get(data);
            assertEquals(masked(data), in.getInt(), "checksum of the record");
            records.add(data);
        }
    }

    /** Each value in the folder's event files as its name and step, in their order. */
    static List<String> values(Path folder) throws IOException {
        List<String> out = new ArrayList<>();
        for (byte[] record : records(folder)) {
            Map<Integer, Object> event = fields(record);
            if (event.containsKey(5)) {
                out.add(text(inner(event, 5, 1).get(1)) + " " + event.get(2));
            }
        }
        return out;
    }

    /** The fields of a message: numbers as Long, Double or Float, the rest as bytes. */
    static Map<Integer, Object> fields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        Map<Integer, Object> out = new HashMap<>();
        while (in.hasRemaining()) {
            long key = varint(in);
            Object value =
                    switch ((int) (key & 7)) {
                        case 0 -> varint(in);
                        case 1 -> in.getDouble();
                        case 2 -> {
                            byte[] bytes = new byte[(int) varint(in)];
                            in.get(bytes);
                            yield bytes;
                        }
                        case 5 -> in.getFloat();
                        default -> throw new AssertionError("wire type of " + key);
                    };
            out.put((int) (key >>> 3), value);
        }
        return out;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    /** The message inside a message, by the numbers of the fields that lead to it. */
    static Map<Integer, Object> inner(Map<Integer, Object> message, int... path) {
        Map<Integer, Object> at = message;
        for (int field : path) {
            at = fields((byte[]) at.get(field));
        }
        return at;
    }

    /** The text of a field. */
    static String text(Object bytes) {
        return new String((byte[]) bytes, StandardCharsets.UTF_8);
    }
}
