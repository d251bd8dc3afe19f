package dev.swath.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file so that it is there whole or not at all: temporary name in the same folder, sync, rename. What fails is an
 * {@link UncheckedIOException} whose message is a sentence.
 */
public final class AtomicFile {
    private AtomicFile() {}

    /** Writes the content. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of it to the channel. */
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Writes {@code path}; on failure nothing new is left behind and an older file of that name stays. */
    public static void write(Path path, Content content) {
        Path folder = path.toAbsolutePath().getParent();
        Path temporary = null;
        try {
            temporary = Files.createTempFile(folder, "." + path.getFileName(), ".tmp");
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            temporary.toFile().setReadable(true, false);
            Files.move(temporary, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            temporary = null;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "[write] " + path + " could not be written: " + e.getClass().getSimpleName() + " " + e.getMessage(),
                    e);
        } finally {
            if (temporary != null) {
                temporary.toFile().delete();
            }
        }
    }

    /** Writes the bytes. */
    public static void write(Path path, byte[] bytes) {
        write(path, channel -> put(channel, ByteBuffer.wrap(bytes)));
    }

    /** Writes all of the buffer. */
    public static void put(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
