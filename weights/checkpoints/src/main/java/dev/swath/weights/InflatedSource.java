package dev.swath.weights;

import dev.swath.files.Quoted;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A deflated entry, unpacked as it is read: going on is cheap, going back begins anew. What all such sources of a file may
 * unpack together is bounded, so that thousands of tensors over one storage of zeros do not cost hours.
 */
final class InflatedSource implements ByteSource {
    private static final int CHUNK = 1 << 16;

    private final FileBytes file;
    private final ZipIndex.Entry entry;
    private final long start;
    private final AtomicLong allowance;
    private final byte[] packed = new byte[CHUNK];
    private final byte[] skipped = new byte[CHUNK];
    private Inflater inflater = new Inflater(true);
    private long read;
    private long at;

    InflatedSource(FileBytes file, ZipIndex.Entry entry, long start, AtomicLong allowance) {
        this.file = file;
        this.entry = entry;
        this.start = start;
        this.allowance = allowance;
    }

    @Override
    public void read(long from, byte[] into, int offset, int length) {
        if (from < at) {
            inflater.end();
            inflater = new Inflater(true);
            read = 0;
            at = 0;
        }
        while (at < from) {
            inflate(skipped, 0, (int) Math.min(skipped.length, from - at));
        }
        inflate(into, offset, length);
    }

    private void inflate(byte[] into, int offset, int length) {
        if (allowance.addAndGet(-length) < 0) {
            throw WeightsException.in(
                    file.path(),
                    "its tensors unpack the same storages over and over; at '" + Quoted.text(entry.name())
                            + "' more has been unpacked than four times what they hold");
        }
        try {
            for (int n = 0; n < length; ) {
                int got = inflater.inflate(into, offset + n, length - n);
                n += got;
                at += got;
                if (got == 0 && !feed()) {
                    throw broken();
                }
            }
        } catch (DataFormatException e) {
            throw broken();
        }
    }

    private boolean feed() {
        if (!inflater.needsInput() || inflater.finished() || read == entry.packed()) {
            return false;
        }
        int n = (int) Math.min(CHUNK, entry.packed() - read);
        file.read(start + read, packed, 0, n);
        inflater.setInput(packed, 0, n);
        read += n;
        return true;
    }

    private WeightsException broken() {
        return WeightsException.in(
                file.path(),
                "entry '" + Quoted.text(entry.name()) + "' is no deflate data of the " + entry.size()
                        + " bytes that it claims");
    }

    @Override
    public void close() {
        inflater.end();
    }
}
