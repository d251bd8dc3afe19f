package dev.swath.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file so that it is there whole or not at all: temporary name in the same folder, sync, rename. What fails is an
 * {@link UncheckedIOException} whose message is a sentence.
 *
 * <ul>
 *   <li>A device, a named pipe and whatever else is no plain file is written to and stays what it is, also through a link.
 *   <li>A symbolic link to a plain file, or to nothing, is replaced by the new file; what it points at stays as it is. The links in
 *       {@code /dev} and {@code /proc} that stand for a process's streams are written through.
 *   <li>A new file has the permissions that the umask leaves; one that takes the place of a file has that file's.
 * </ul>
 */
public final class AtomicFile {
    private AtomicFile() {}

    /** Writes the content. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of it to the channel, from front to back: it may be a pipe. */
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Writes {@code path}; on failure nothing new is left behind and an older file of that name stays. */
    public static void write(Path path, Content content) {
        Path target = path.toAbsolutePath();
        Path folder = target.getParent();
        try {
            if (folder == null || Files.isDirectory(target)) {
                throw new IOException("it is a folder");
            }
            if (isWrittenInPlace(target)) {
                writeInPlace(target, content);
            } else if (!Files.isDirectory(folder)) {
                throw new NoSuchFileException(folder.toString());
            } else {
                replace(target, folder, content);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("[write] " + path + " could not be written: " + FileFaults.reason(e), e);
        }
    }

    private static void replace(Path target, Path folder, Content content) throws IOException {
        Path temporary = Unfinished.name(folder);
        Unfinished.list(temporary);
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                copyPermissions(target, temporary);
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Unfinished.delete(temporary); // no longer there if all went well
        }
    }

    private static void writeInPlace(Path target, Content content) throws IOException {
        // A stream that goes to a plain file has been written to before: what comes now belongs behind.
        StandardOpenOption how = Files.isRegularFile(target) ? StandardOpenOption.APPEND : StandardOpenOption.WRITE;
        try (FileChannel channel = FileChannel.open(target, how)) {
            content.writeTo(channel);
        }
    }

    /** Whether it is there and no plain file, so that it must be written to and not be replaced. */
    public static boolean isWrittenInPlace(Path path) {
        Path target = path.toAbsolutePath();
        BasicFileAttributes attributes = attributes(target);
        return attributes != null && (attributes.isOther() || attributes.isRegularFile() && isStream(target));
    }

    private static @Nullable BasicFileAttributes attributes(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (IOException _) {
            return null; // it is not there, or a link to nothing
        }
    }

    /** Whether it is a link in {@code /dev} or {@code /proc}, as {@code /dev/stdout} and {@code /dev/fd/1} are. */
    private static boolean isStream(Path target) {
        try {
            Path parent = target.getParent();
            if (parent == null || !Files.isSymbolicLink(target)) {
                return false;
            }
            Path folder = parent.toRealPath();
            return folder.equals(Path.of("/dev")) || folder.startsWith("/proc");
        } catch (IOException _) {
            return false;
        }
    }

    /** Gives a new file or folder the permissions of the one whose place it is to take, if there is one and the system has permissions. */
    public static void copyPermissions(Path from, Path to) throws IOException {
        PosixFileAttributeView old =
                Files.getFileAttributeView(from, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (old == null || !Files.exists(from, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(from)) {
            return;
        }
        Set<PosixFilePermission> permissions = old.readAttributes().permissions();
        if (!permissions.equals(Files.getPosixFilePermissions(to))) {
            Files.setPosixFilePermissions(to, permissions);
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
