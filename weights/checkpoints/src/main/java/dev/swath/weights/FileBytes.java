package dev.swath.weights;

import dev.swath.files.Counted;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A file read by position. Each read opens and closes it, so that nothing needs closing and no page stays mapped: mapped
 * pages count as the process's memory, and a model is packed while it is read.
 */
final class FileBytes {
    private static final int CHUNK = 1 << 20;

    private final Path path;
    private final long size;
    private final AtomicReference<@Nullable ByteBuffer> idle = new AtomicReference<>();

    private FileBytes(Path path, long size) {
        this.path = path;
        this.size = size;
    }

    static FileBytes of(Path path) {
        try {
            if (Files.isDirectory(path)) {
                throw WeightsException.in(path, "this is a folder, not a checkpoint file");
            }
            long size = Files.size(path);
            if (!Files.isRegularFile(path)) {
                throw WeightsException.in(
                        path, "this is a pipe or a device; weights are read by position, from a file");
            }
            if (size == 0) {
                // Files of the system, as in /proc, tell no size: what they hold shows when they are read.
                throw WeightsException.in(
                        path,
                        isEmpty(path)
                                ? "the file is empty"
                                : "this is a file of the system that tells no size; weights are read by position, so"
                                        + " copy it to a file of its own");
            }
            return new FileBytes(path, size);
        } catch (NoSuchFileException e) {
            throw WeightsException.in(path, "the file does not exist");
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    private static boolean isEmpty(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return in.read() < 0;
        }
    }

    static WeightsException failure(Path path, IOException e) {
        String why = e instanceof AccessDeniedException
                ? "access is denied; check its permissions"
                : e instanceof FileSystemException f && f.getReason() != null
                        ? f.getReason()
                        : "the operating system did not give what is in it";
        return WeightsException.in(path, "the file cannot be read: " + why);
    }

    Path path() {
        return path;
    }

    long size() {
        return size;
    }

    /** The bytes {@code from} .. {@code from + length - 1}; throws if the file ends before. */
    byte[] read(long from, int length) {
        checkRange(from, length);
        byte[] out = new byte[length];
        read(from, ByteBuffer.wrap(out));
        return out;
    }

    void checkRange(long from, long length) {
        if (from < 0 || length < 0 || from > size - length) {
            throw WeightsException.in(
                    path,
                    "the file ends too early: " + Counted.of(length, "byte") + " " + Counted.are(length)
                            + " needed from " + from + " on, but it has " + size);
        }
    }

    private void read(long from, ByteBuffer into) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            fill(channel, from, into);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    private void fill(FileChannel channel, long from, ByteBuffer into) throws IOException {
        long at = from;
        while (into.hasRemaining()) {
            int n = channel.read(into, at);
            if (n < 0) {
                throw WeightsException.in(path, "the file ends too early, at byte " + at);
            }
            at += n;
        }
    }

    /** The same into a stretch of an array. */
    void read(long from, byte[] into, int offset, int length) {
        checkRange(from, length);
        read(from, ByteBuffer.wrap(into, offset, length));
    }

    /** A stretch of the file, kept open until it is closed. */
    ByteSource source(long start) {
        FileChannel channel;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
        } catch (IOException e) {
            throw failure(path, e);
        }
        return new ByteSource() {
            @Override
            public void read(long from, byte[] into, int offset, int length) {
                try {
                    fill(channel, start + from, ByteBuffer.wrap(into, offset, length));
                } catch (IOException e) {
                    throw failure(path, e);
                }
            }

            @Override
            public void close() {
                try {
                    channel.close();
                } catch (IOException e) {
                    throw failure(path, e);
                }
            }
        };
    }

    /** {@code count} little-endian f32 from byte {@code from} on, straight into an array that {@code memory} gives. */
    float[] readFloats(long from, int count, IntFunction<float[]> memory) {
        checkRange(from, count * 4L);
        float[] out = memory.apply(count);
        ByteBuffer kept = idle.getAndSet(null);
        ByteBuffer chunk =
                kept != null ? kept : ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        MemorySegment bytes = MemorySegment.ofBuffer(chunk.clear());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            for (int done = 0; done < count; ) {
                int n = Math.min(chunk.capacity() / 4, count - done);
                chunk.clear().limit(n * 4);
                fill(channel, from + done * 4L, chunk);
                MemorySegment.copy(
                        bytes, ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0, out, done, n);
                done += n;
            }
        } catch (IOException e) {
            throw failure(path, e);
        }
        idle.set(chunk);
        return out;
    }
}
