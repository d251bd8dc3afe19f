package dev.swath.fianet.train;

import dev.swath.files.FileFaults;
import dev.swath.files.NewFolders;
import dev.swath.files.Quoted;
import dev.swath.nn.train.TrainingException;
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

    private static final String LOCK = ".lock";

    private final Path root;
    private final Made made;
    private final FileChannel lockFile;
    private final FileLock lock;

    /**
     * What was not there before.
     *
     * @param folders the folder itself and those above it
     * @param lock whether the file that keeps others out
     */
    private record Made(NewFolders folders, boolean lock) {
        /** Takes it away again, with all that was written into a folder that is new. */
        void undo(Path root) {
            if (folders.any()) {
                deleteQuietly(root);
                folders.undo();
            } else if (lock) {
                deleteQuietly(root.resolve(LOCK));
            }
        }
    }

    /** Writes the files of a checkpoint into a folder. */
    @FunctionalInterface
    interface Content {
        void writeTo(Path folder) throws IOException;
    }

    private RunFolder(Path root, Made made, FileChannel lockFile, FileLock lock) {
        this.root = root;
        this.made = made;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /** Creates the folder if need be, keeps other runs out of it, and finishes or clears what a killed run left. */
    static RunFolder open(Path root) {
        try {
            NewFolders folders = NewFolders.make(root);
            RunFolder folder = locked(root, folders);
            try {
                folder.recover(LAST);
                folder.recover(BEST);
                return folder;
            } catch (IOException | RuntimeException | Error e) {
                folder.abandon();
                throw e;
            }
        } catch (IOException e) {
            throw failure(root, root, e);
        }
    }

    private static RunFolder locked(Path root, NewFolders folders) throws IOException {
        Path file = root.resolve(LOCK);
        boolean isNew = !Files.exists(file);
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            folders.undo();
            throw e;
        }
        FileLock lock = tryLock(channel);
        // A run that is refused deletes the file that it made, perhaps between these two lines.
        if (lock == null || !Files.exists(file)) {
            channel.close();
            throw new TrainingException("[train] another run is writing into " + root
                    + "; wait for it, stop it, or choose another folder with --out");
        }
        return new RunFolder(root, new Made(folders, isNew), channel, lock);
    }

    /** Where the newest whole checkpoint of a run lies, whatever state a killed process left; where it would lie if there is none. */
    static Path newest(Path root) {
        return Stream.of(NEW, "", OLD)
                .map(suffix -> root.resolve(LAST + suffix))
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(root.resolve(LAST));
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
        Path target = root.resolve(name);
        Path old = root.resolve(name + OLD);
        if (Files.exists(target) && !Files.isDirectory(target)) {
            throw new TrainingException("[checkpoint] " + Quoted.path(target)
                    + " is a file, where the run keeps a folder; take it away, or choose another folder with --out");
        }
        if (Files.isDirectory(root.resolve(name + NEW))) {
            exchange(name);
        } else if (!Files.exists(target) && Files.isDirectory(old)) {
            Files.move(
                    old, target, StandardCopyOption.ATOMIC_MOVE); // no state of ours, but the only checkpoint there is
        }
        delete(old);
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
                throw full(root, root, bytes);
            }
            delete(unfinished);
            Files.createDirectory(unfinished);
            content.writeTo(unfinished);
            sync(unfinished);
            Files.move(unfinished, root.resolve(name + NEW), StandardCopyOption.ATOMIC_MOVE);
            sync(root);
            exchange(name);
        } catch (UncheckedIOException e) {
            deleteQuietly(unfinished);
            throw failure(root, e.getCause());
        } catch (IOException e) {
            deleteQuietly(unfinished);
            throw failure(root, e);
        } catch (RuntimeException | Error e) {
            deleteQuietly(unfinished);
            throw e;
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

    /** The one sentence about a file of the run that could not be written. */
    TrainingException failure(Path where, IOException e) {
        return failure(root, where, e);
    }

    private static TrainingException failure(Path root, Path where, IOException e) {
        String reason = FileFaults.reason(e);
        if (FileFaults.isFull(String.valueOf(e.getMessage()))) {
            return full(root, where, 0);
        }
        return new TrainingException(
                "[checkpoint] " + Quoted.path(where) + " cannot be written: " + reason + advice(root, "correct that"),
                e);
    }

    private static TrainingException full(Path root, Path where, long bytes) {
        return new TrainingException("[checkpoint] the disk that holds " + Quoted.path(where) + " is full"
                + (bytes == 0 ? "" : " (" + ((bytes >> 20) + 1) + " MiB are needed)")
                + advice(root, "free some space"));
    }

    /** What to do: to go on, if something was saved before. */
    private static String advice(Path root, String first) {
        return Files.isDirectory(newest(root))
                ? "; what was saved before is whole, so " + first + " and go on with --resume"
                : "; " + first + ", or choose another folder with --out";
    }

    /** Whether it was made for this run and holds no checkpoint. */
    boolean isNew() {
        return made.folders.any() && !has(LAST) && !has(BEST);
    }

    /** Closes it after a run that was refused before its first step: what was not there before does not stay. */
    void abandon() {
        try {
            made.undo(root);
        } finally {
            close();
        }
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
