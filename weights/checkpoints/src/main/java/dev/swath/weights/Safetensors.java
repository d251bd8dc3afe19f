package dev.swath.weights;

import dev.swath.files.AtomicFile;
import dev.swath.files.Counted;
import dev.swath.files.Quoted;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The safetensors format: eight bytes of header length, a JSON header, the elements. Reading is strict: the entries must
 * cover the data exactly, without hole, overlap or duplicate.
 */
public final class Safetensors {
    private static final long MAX_HEADER = 100_000_000;

    private static final String METADATA = "__metadata__";

    private Safetensors() {}

    /**
     * What a file holds.
     *
     * @param tensors entries in file order; elements are read when asked for
     * @param metadata free text pairs of the header
     * @param notes sentences on entries that were passed over
     */
    public record Contents(StateDict tensors, Map<String, String> metadata, List<String> notes) {}

    /** Whether a file that begins so may be meant for one: its header is an object, or is cut off before it begins. */
    static boolean begins(byte[] head) {
        return head.length <= 8 || head[8] == '{' || head[8] == ' ' || head[8] == '\n';
    }

    private record Range(String name, long from, long to) {}

    /** Checks the header and returns the entries; elements are read when asked for. */
    public static Contents open(Path path) {
        FileBytes file = FileBytes.of(path);
        if (file.size() < 8) {
            throw WeightsException.in(path, "a safetensors file has at least 8 bytes, this one has " + file.size());
        }
        long length =
                ByteBuffer.wrap(file.read(0, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length > file.size() - 8 && length <= MAX_HEADER && file.size() > 8 && file.read(8, 1)[0] == '{') {
            throw WeightsException.in(
                    path,
                    "the file is cut off: its header should have " + length + " bytes, " + (file.size() - 8) + " "
                            + Counted.are(file.size() - 8) + " there");
        }
        if (length < 2 || length > MAX_HEADER || length > file.size() - 8) {
            throw WeightsException.in(
                    path,
                    "the header length at byte 0 must lie in [2, " + Math.min(MAX_HEADER, file.size() - 8)
                            + "], but is " + Long.toUnsignedString(length));
        }
        Map<String, Object> header;
        try {
            header = Json.parseObject(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(file.read(8, (int) length)))
                    .toString());
        } catch (JsonException e) {
            throw WeightsException.in(path, "the header is not the JSON object that it must be: " + e.getMessage());
        } catch (CharacterCodingException e) {
            throw WeightsException.in(path, "the header is not UTF-8");
        }
        long data = 8 + length;
        StateDict tensors = new StateDict();
        Map<String, String> metadata = new LinkedHashMap<>();
        List<Range> ranges = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        try {
            for (Map.Entry<String, Object> e : header.entrySet()) {
                if (e.getKey().equals(METADATA)) {
                    Json.asObject(e.getValue() == null ? Map.of() : e.getValue(), METADATA)
                            .forEach((k, v) -> metadata.put(k, Json.asString(v, METADATA + "." + k)));
                } else {
                    ranges.add(entry(file, data, e.getKey(), Json.asObject(e.getValue(), e.getKey()), tensors, notes));
                }
            }
        } catch (JsonException e) {
            throw WeightsException.in(path, "the header breaks the format: " + e.getMessage());
        }
        ranges.sort(Comparator.comparingLong(Range::from).thenComparingLong(Range::to));
        long at = 0;
        for (Range r : ranges) {
            if (r.from != at) {
                throw WeightsException.in(
                        path,
                        "entry '" + Quoted.text(r.name) + "' begins at data byte " + r.from + " where " + at
                                + " is due: there must be no hole and no overlap");
            }
            at = r.to;
        }
        if (data + at != file.size()) {
            throw WeightsException.in(
                    path, "the entries cover " + at + " data bytes, but the file holds " + (file.size() - data));
        }
        return new Contents(tensors, metadata, notes);
    }

    private static Range entry(
            FileBytes file, long data, String key, Map<String, Object> fields, StateDict into, List<String> notes) {
        String name = Quoted.text(key);
        String type = Json.asString(fields.get("dtype"), name + ".dtype");
        DType dtype =
                switch (type) {
                    case "F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL" -> DType.valueOf(type);
                    default -> null;
                };
        List<Object> dims = Json.asList(fields.get("shape"), name + ".shape");
        List<Object> offsets = Json.asList(fields.get("data_offsets"), name + ".data_offsets");
        if (offsets.size() != 2 || dims.size() > 16) {
            throw WeightsException.in(
                    file.path(), "entry '" + name + "' must have two data_offsets and at most 16 axes");
        }
        long from = Json.asLong(offsets.get(0), name + ".data_offsets");
        long to = Json.asLong(offsets.get(1), name + ".data_offsets");
        if (dtype == null) {
            // A marker without elements, as some quantizers leave, must not keep the rest from being read.
            if (from != to || from < 0 || !dims.contains(0L)) {
                throw WeightsException.in(
                        file.path(),
                        "entry '" + name + "' has the element type " + Quoted.text(type)
                                + ", which is not supported; the other entries can be read without it");
            }
            notes.add("'" + name + "' was passed over: its element type " + Quoted.text(type)
                    + " is not read, and it holds no elements");
            return new Range(key, from, to);
        }
        int[] extents = new int[dims.size()];
        long bytes = dtype.bytes();
        for (int i = 0; i < extents.length; i++) {
            long d = Json.asLong(dims.get(i), name + ".shape");
            if (d < 0 || d > Integer.MAX_VALUE || (d > 0 && bytes > file.size() / d)) {
                throw WeightsException.in(
                        file.path(),
                        "entry '" + name + "' has an extent of " + d + ", which is negative or larger than the file");
            }
            extents[i] = (int) d;
            bytes *= d;
        }
        if (from >= 0 && to >= from && to > file.size() - data) {
            throw WeightsException.in(
                    file.path(),
                    "the file is cut off: entry '" + name + "' should end at data byte " + to + ", but "
                            + (file.size() - data) + " are there");
        }
        if (from < 0 || to < from) {
            throw WeightsException.in(
                    file.path(),
                    "entry '" + name + "' lies at data bytes " + from + " to " + to + ", outside of the data");
        }
        if (to - from != bytes) {
            throw WeightsException.in(
                    file.path(),
                    "entry '" + name + "' takes " + Counted.of(bytes, "byte") + " by shape and type, but spans "
                            + (to - from));
        }
        Shape shape = Shape.of(extents);
        into.put(
                key,
                new StateDict.Entry(
                        dtype,
                        shape,
                        memory -> Tensor.over(elements(file, dtype, data + from, shape.elements(), memory), shape, 0)));
        return new Range(key, from, to);
    }

    /** Throws, with the size, if so many elements cannot be held at once. */
    static void requireMemory(Path file, long count, DType dtype) {
        long most = Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory());
        if (count > most / dtype.bytes()) {
            String bytes = count > Long.MAX_VALUE / 8 ? "more than 2^60" : Long.toString(count * dtype.bytes());
            throw WeightsException.in(
                    file,
                    "a tensor of " + count + " elements takes " + bytes + " bytes, more than the " + most
                            + " that can be held at once "
                            + (most < Integer.MAX_VALUE - 8
                                    ? "in this Java heap; raise it with -Xmx"
                                    : "by any Java array"));
        }
    }

    /** Reads {@code count} elements at a byte position; f32 ones into an array that {@code memory} gives. */
    static HostStorage elements(FileBytes file, DType dtype, long position, long count, IntFunction<float[]> memory) {
        requireMemory(file.path(), count, dtype);
        if (dtype == DType.F32) {
            return new HostStorage.Floats(file.readFloats(position, (int) count, memory));
        }
        return new HostStorage.Bytes(dtype, MemorySegment.ofArray(file.read(position, (int) (count * dtype.bytes()))));
    }

    /**
     * Writes all entries, in order. The file appears whole or not at all: it is written beside the target under a
     * temporary name, synced and renamed.
     */
    public static void write(Path path, StateDict tensors, Map<String, String> metadata) {
        Map<String, Object> header = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            header.put(METADATA, metadata);
        }
        long at = 0;
        for (String name : tensors.names()) {
            if (name.equals(METADATA)) {
                throw WeightsException.in(path, "a tensor cannot be named " + METADATA + " in safetensors");
            }
            StateDict.Entry e = tensors.entry(name);
            long end = at + e.shape().elements() * e.dtype().bytes();
            List<Object> dims = new ArrayList<>();
            for (int d : e.shape().dims()) {
                dims.add((long) d);
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("dtype", e.dtype().name());
            fields.put("shape", dims);
            fields.put("data_offsets", List.of(at, end));
            header.put(name, fields);
            at = end;
        }
        StringBuilder text = new StringBuilder(Json.write(header, false));
        while (text.toString().getBytes(StandardCharsets.UTF_8).length % 8 != 0) {
            text.append(' '); // the elements begin at a multiple of 8
        }
        byte[] json = text.toString().getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(path, channel -> {
            ByteBuffer length = ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .flip();
            AtomicFile.put(channel, length);
            AtomicFile.put(channel, ByteBuffer.wrap(json));
            for (String name : tensors.names()) {
                AtomicFile.put(channel, tensors.get(name).toBytes().asByteBuffer());
            }
        });
    }
}
