package dev.swath.weights;

import dev.swath.files.Quoted;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The central directory of a zip file, so that stored entries can be read by position. Strict about names and sizes. */
final class ZipIndex {
    private static final int END = 0x06054b50;
    private static final int END64 = 0x06064b50;
    private static final int LOCATOR64 = 0x07064b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL = 0x04034b50;
    private static final int MAX_ENTRIES = 200_000;
    private static final int MAX_DIRECTORY = 64 << 20;
    /** Deflate cannot do better than about 1032 to 1. */
    private static final long MAX_RATIO = 1100;

    /**
     * One entry.
     *
     * @param name its path in the archive
     * @param method 0 stored, 8 deflated
     * @param packed bytes in the file
     * @param size bytes unpacked
     * @param header position of the local header
     */
    record Entry(String name, int method, long packed, long size, long header) {}

    private final FileBytes file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private long unpacked;

    ZipIndex(FileBytes file) {
        this.file = file;
        int tail = (int) Math.min(file.size(), 65_557);
        ByteBuffer end = buffer(file.size() - tail, tail);
        int at = tail - 22;
        while (at >= 0 && end.getInt(at) != END) {
            at--;
        }
        if (at < 0) {
            throw WeightsException.in(
                    file.path(),
                    "the zip directory at the end of the file is missing; the file is truncated or no checkpoint");
        }
        long count = end.getShort(at + 10) & 0xffff;
        long size = end.getInt(at + 12) & 0xffffffffL;
        long offset = end.getInt(at + 16) & 0xffffffffL;
        if (at >= 20 && end.getInt(at - 20) == LOCATOR64) {
            ByteBuffer end64 = buffer(end.getLong(at - 20 + 8), 56);
            if (end64.getInt(0) != END64) {
                throw WeightsException.in(file.path(), "the zip64 directory is broken");
            }
            count = end64.getLong(32);
            size = end64.getLong(40);
            offset = end64.getLong(48);
        }
        if (count < 0 || count > MAX_ENTRIES || size < 0 || size > MAX_DIRECTORY) {
            throw WeightsException.in(
                    file.path(),
                    "the zip directory names " + count + " entries in " + size
                            + " bytes, more than any checkpoint has");
        }
        ByteBuffer directory = buffer(offset, (int) size);
        long packed = 0;
        for (long i = 0; i < count; i++) {
            Entry e = entry(directory);
            packed += e.packed;
            unpacked += e.size;
            if (packed > file.size() || unpacked < 0) {
                throw WeightsException.in(file.path(), "the entries of the zip directory overlap in the file");
            }
            if (entries.putIfAbsent(e.name, e) != null) {
                throw WeightsException.in(file.path(), "the zip directory names '" + Quoted.text(e.name) + "' twice");
            }
        }
    }

    private ByteBuffer buffer(long from, int length) {
        return ByteBuffer.wrap(file.read(from, length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private Entry entry(ByteBuffer d) {
        int at = d.position();
        if (d.remaining() < 46 || d.getInt(at) != CENTRAL) {
            throw WeightsException.in(file.path(), "the zip directory is broken at entry " + entries.size());
        }
        int method = d.getShort(at + 10);
        int flags = d.getShort(at + 8);
        long packed = d.getInt(at + 20) & 0xffffffffL;
        long size = d.getInt(at + 24) & 0xffffffffL;
        int nameLength = d.getShort(at + 28) & 0xffff;
        int extraLength = d.getShort(at + 30) & 0xffff;
        int commentLength = d.getShort(at + 32) & 0xffff;
        long header = d.getInt(at + 42) & 0xffffffffL;
        if (d.remaining() < 46 + nameLength + extraLength + commentLength) {
            throw WeightsException.in(file.path(), "the zip directory is broken at entry " + entries.size());
        }
        byte[] raw = new byte[nameLength];
        d.get(at + 46, raw);
        String name = name(raw);
        int extra = at + 46 + nameLength;
        for (int end = extra + extraLength; extra + 4 <= end; ) {
            int id = d.getShort(extra) & 0xffff;
            int length = d.getShort(extra + 2) & 0xffff;
            int field = extra + 4;
            int fieldEnd = Math.min(field + length, end);
            if (id == 1) {
                if (size == 0xffffffffL && field + 8 <= fieldEnd) {
                    size = d.getLong(field);
                    field += 8;
                }
                if (packed == 0xffffffffL && field + 8 <= fieldEnd) {
                    packed = d.getLong(field);
                    field += 8;
                }
                if (header == 0xffffffffL && field + 8 <= fieldEnd) {
                    header = d.getLong(field);
                }
            }
            extra += 4 + length;
        }
        d.position(at + 46 + nameLength + extraLength + commentLength);
        if (leaves(name)) {
            throw WeightsException.in(
                    file.path(),
                    "the entry name '" + Quoted.text(name) + "' leaves the archive; such files are refused");
        }
        if ((flags & 1) != 0 || (method != 0 && method != 8)) {
            throw WeightsException.in(
                    file.path(),
                    "entry '" + Quoted.text(name) + "' is encrypted or packed by method " + method
                            + "; only stored and deflated entries are read");
        }
        if (packed < 0
                || size < 0
                || packed > file.size()
                || (method == 0 && packed != size)
                || size / MAX_RATIO > packed) {
            throw WeightsException.in(
                    file.path(),
                    "entry '" + Quoted.text(name) + "' claims " + size + " bytes from " + packed
                            + " in the file, which cannot be");
        }
        return new Entry(name, method, packed, size, header);
    }

    /** UTF-8, as PyTorch writes names; bytes that are none, which a file system lets pass, one by one. */
    private static String name(byte[] raw) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(raw, StandardCharsets.ISO_8859_1);
        }
    }

    /**
     * Whether a name would lead out of a folder that the archive is unpacked into. PyTorch takes the folder's name from that of
     * the file: it may hold anything but a separator, and it is empty for a file named {@code .pth}.
     */
    private static boolean leaves(String name) {
        String inner = name.startsWith("/") && isPart(name.substring(1)) ? name.substring(1) : name;
        return inner.startsWith("/")
                || inner.contains("\\")
                || inner.contains("\0")
                || inner.equals("..")
                || inner.startsWith("../")
                || inner.contains("/../")
                || inner.endsWith("/..");
    }

    /** Whether this is the name of a part that PyTorch writes into its folder. */
    private static boolean isPart(String name) {
        return name.equals("data.pkl")
                || name.equals("version")
                || name.equals("byteorder")
                || name.startsWith("data/")
                || name.startsWith(".");
    }

    /** Bytes of all entries in the file and unpacked: what the file honestly holds. */
    long unpackedBytes() {
        return unpacked;
    }

    Map<String, Entry> entries() {
        return entries;
    }

    /** Position of a stored entry's first byte. */
    long position(Entry e) {
        ByteBuffer h = buffer(e.header, 30);
        if (h.getInt(0) != LOCAL) {
            throw WeightsException.in(
                    file.path(), "entry '" + Quoted.text(e.name) + "' has no local header at byte " + e.header);
        }
        long at = e.header + 30 + (h.getShort(26) & 0xffff) + (h.getShort(28) & 0xffff);
        file.checkRange(at, e.packed);
        return at;
    }

    /** The whole entry, unpacked. */
    byte[] read(Entry e, long cap) {
        if (e.size > cap) {
            throw WeightsException.in(
                    file.path(),
                    "entry '" + Quoted.text(e.name) + "' claims " + e.size + " bytes where at most " + cap
                            + " make sense");
        }
        byte[] packed = file.read(position(e), Math.toIntExact(e.packed));
        if (e.method == 0) {
            return packed;
        }
        byte[] out = new byte[(int) e.size];
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            int n = 0;
            while (n < out.length && !inflater.finished()) {
                int got = inflater.inflate(out, n, out.length - n);
                if (got == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    break;
                }
                n += got;
            }
            if (n != out.length || (!inflater.finished() && inflater.inflate(new byte[1]) > 0)) {
                throw WeightsException.in(
                        file.path(),
                        "entry '" + Quoted.text(e.name) + "' does not unpack to the " + e.size
                                + " bytes that it claims");
            }
            return out;
        } catch (DataFormatException x) {
            throw WeightsException.in(file.path(), "entry '" + Quoted.text(e.name) + "' is not valid deflate data");
        } finally {
            inflater.end();
        }
    }
}
