package dev.swath.fianet.train;

import dev.swath.nn.train.TrainingException;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a run, with its checkpoint folders {@code last} and {@code best}. A checkpoint is written into a folder of
 * another name, synced, renamed to {@code last.new}, and only then takes the place of the older one; whatever moment the
 * process dies at, the folder holds the older one or the newer one whole, and {@link #open} finds it.
 */
final class RunFolder implements AutoCloseable {
    static final String LAST = "last";
    static final String BEST = "best";

    private static final String NEW = ".new";
    private static final String OLD = ".old";
    private static final String UNFINISHED = ".unfinished";

    private final Path root;
    private final FileChannel lockFile;
    private final FileLock lock;

    /** Writes the files of a checkpoint into a folder. */
    @FunctionalInterface
    interface Content {
        void writeTo(Path folder) throws IOException;
    }

    private RunFolder(Path root, FileChannel lockFile, FileLock lock) {
        this.root = root;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /** Creates the folder if need be, keeps other runs out of it, and finishes or clears what a killed run left. */
    static RunFolder open(Path root) {
        try {
            Files.createDirectories(root);
            FileChannel channel =
                    FileChannel.open(root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new TrainingException("[train] another run is writing into " + root
                        + "; wait for it, stop it, or choose another folder with --out");
            }
            RunFolder folder = new RunFolder(root, channel, lock);
            folder.recover(LAST);
            folder.recover(BEST);
            return folder;
        } catch (IOException e) {
            throw failure(root, e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        }
    }

    /** A file or folder in it. */
    Path resolve(String name) {
        return root.resolve(name);
    }

    Path root() {
        return root;
    }

    /** Whether there is a checkpoint of that name. */
    boolean has(String name) {
        return Files.isDirectory(root.resolve(name));
    }

    private void recover(String name) throws IOException {
        delete(root.resolve(name + UNFINISHED));
        if (Files.isDirectory(root.resolve(name + NEW))) {
            exchange(name);
        }
        delete(root.resolve(name + OLD));
    }

    /**
     * Writes a checkpoint in place of the one of that name.
     *
     * @param bytes about how large it is
     */
    void write(String name, long bytes, Content content) {
        Path unfinished = root.resolve(name + UNFINISHED);
        try {
            long usable = Files.getFileStore(root).getUsableSpace();
            if (usable < bytes) {
                throw full(root, bytes);
            }
            delete(unfinished);
            Files.createDirectory(unfinished);
            content.writeTo(unfinished);
            sync(unfinished);
            Files.move(unfinished, root.resolve(name + NEW), StandardCopyOption.ATOMIC_MOVE);
            sync(root);
            exchange(name);
        } catch (IOException | WeightsException | UncheckedIOException e) {
            deleteQuietly(unfinished);
            throw failure(root, e);
        }
    }

    /** The whole new checkpoint takes the place of the old one; may be repeated from any point. */
    private void exchange(String name) throws IOException {
        Path target = root.resolve(name);
        Path old = root.resolve(name + OLD);
        if (Files.isDirectory(target)) {
            delete(old);
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(root.resolve(name + NEW), target, StandardCopyOption.ATOMIC_MOVE);
        sync(root);
        delete(old);
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows")) {
                throw e; // only Windows cannot open a folder as a file, and needs no sync of it
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }

    private static void deleteQuietly(Path folder) {
        try {
            delete(folder);
        } catch (IOException _) {
            // The failure that led here is the one to be told; the next run clears the rest.
            return;
        }
    }

    /** The one sentence about a file that could not be written. */
    static TrainingException failure(Path where, Exception e) {
        String text = String.valueOf(e.getMessage());
        if (text.contains("No space left") || text.contains("not enough space") || text.contains("quota exceeded")) {
            return full(where, 0);
        }
        return new TrainingException(
                "[checkpoint] " + where + " cannot be written: " + e.getClass().getSimpleName() + " " + text
                        + "; what was saved before is whole, so correct that and go on with --resume",
                e);
    }

    private static TrainingException full(Path where, long bytes) {
        return new TrainingException("[checkpoint] the disk that holds " + where + " is full"
                + (bytes == 0 ? "" : " (" + ((bytes >> 20) + 1) + " MiB are needed)")
                + "; what was saved before is whole, so free some space and go on with --resume");
    }

    @Override
    public void close() {
        try {
            lock.release();
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
