package dev.swath.weights;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Writes a zip archive the way torch.save does: entries stored, not deflated; sizes in a descriptor behind the data;
 * a padding field "FB" in each local header so that the data starts at a multiple of 64 bytes; 64-bit end records always.
 */
public final class StoredZip implements AutoCloseable {
    private static final int ALIGNMENT = 64;
    private static final int LOCAL_HEADER = 30;
    /** Bit 3: sizes follow the data. Bit 11: names are UTF-8. */
    private static final int FLAGS = 0x0808;

    private static final long LIMIT_32 = 0xffffffffL;

    private final OutputStream out;
    private final List<Written> entries = new ArrayList<>();
    private long position;

    private record Written(String name, long offset, long size, long crc) {}

    /** Writes one entry's data. */
    @FunctionalInterface
    public interface Body {
        /** Writes all of it. */
        void writeTo(OutputStream out) throws IOException;
    }

    /** Begins an archive; the stream should be buffered. */
    public StoredZip(OutputStream out) {
        this.out = out;
    }

    /** Adds an entry. */
    public void add(String name, Body body) throws IOException {
        byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
        long offset = position;
        long unpadded = offset + LOCAL_HEADER + encoded.length + 4;
        int padding = (int) ((ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT);
        ByteBuffer header = buffer(LOCAL_HEADER + encoded.length + 4 + padding);
        header.putInt(0x04034b50).putShort((short) 0).putShort((short) FLAGS);
        header.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        header.putInt(0).putInt(0).putInt(0);
        header.putShort((short) encoded.length).putShort((short) (4 + padding)).put(encoded);
        header.put((byte) 'F').put((byte) 'B').putShort((short) padding);
        while (header.hasRemaining()) {
            header.put((byte) 'Z');
        }
        write(header);
        Counting counting = new Counting();
        body.writeTo(counting);
        boolean large = counting.size > LIMIT_32;
        ByteBuffer descriptor = buffer(large ? 24 : 16);
        descriptor.putInt(0x08074b50).putInt((int) counting.crc.getValue());
        if (large) {
            descriptor.putLong(counting.size).putLong(counting.size);
        } else {
            descriptor.putInt((int) counting.size).putInt((int) counting.size);
        }
        write(descriptor);
        entries.add(new Written(name, offset, counting.size, counting.crc.getValue()));
    }

    /** Writes the directory; the stream below stays open. */
    @Override
    public void close() throws IOException {
        long start = position;
        for (Written entry : entries) {
            directoryEntry(entry);
        }
        long size = position - start;
        long end = position;
        ByteBuffer tail = buffer(56 + 20 + 22);
        tail.putInt(0x06064b50).putLong(44).putShort((short) 0x031e).putShort((short) 45);
        tail.putInt(0)
                .putInt(0)
                .putLong(entries.size())
                .putLong(entries.size())
                .putLong(size)
                .putLong(start);
        tail.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
        tail.putInt(0x06054b50).putShort((short) 0).putShort((short) 0);
        short count = (short) Math.min(entries.size(), 0xffff);
        tail.putShort(count).putShort(count);
        tail.putInt((int) Math.min(size, LIMIT_32))
                .putInt((int) Math.min(start, LIMIT_32))
                .putShort((short) 0);
        write(tail);
        out.flush();
    }

    private void directoryEntry(Written entry) throws IOException {
        byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
        boolean largeSize = entry.size() > LIMIT_32;
        boolean largeOffset = entry.offset() > LIMIT_32;
        int extra = (largeSize ? 16 : 0) + (largeOffset ? 8 : 0);
        int extraField = extra == 0 ? 0 : extra + 4;
        ByteBuffer header = buffer(46 + name.length + extraField);
        header.putInt(0x02014b50).putShort((short) 0).putShort((short) 0).putShort((short) FLAGS);
        header.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        int size = (int) (largeSize ? LIMIT_32 : entry.size());
        header.putInt((int) entry.crc()).putInt(size).putInt(size);
        header.putShort((short) name.length).putShort((short) extraField).putShort((short) 0);
        header.putShort((short) 0).putShort((short) 0).putInt(0);
        header.putInt((int) (largeOffset ? LIMIT_32 : entry.offset())).put(name);
        if (extra > 0) {
            header.putShort((short) 1).putShort((short) extra);
            if (largeSize) {
                header.putLong(entry.size()).putLong(entry.size());
            }
            if (largeOffset) {
                header.putLong(entry.offset());
            }
        }
        write(header);
    }

    private void write(ByteBuffer bytes) throws IOException {
        out.write(bytes.array());
        position += bytes.capacity();
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Passes an entry's data on and keeps its size and checksum. */
    private final class Counting extends OutputStream {
        private final CRC32 crc = new CRC32();
        private long size;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b});
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            crc.update(bytes, offset, length);
            size += length;
            position += length;
        }
    }
}
