package dev.swath.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;

/**
 * Files and folders under temporary names. What is still listed here when the program ends, as by Ctrl-C, is deleted then: an
 * interrupted command leaves nothing behind. A killed process cannot; its leftovers begin with {@code .swath-} and may be deleted.
 */
public final class Unfinished {
    private static final String PREFIX = ".swath-";
    private static final int TRIES = 50;

    private static final Set<Path> PATHS = ConcurrentHashMap.newKeySet();
    private static final ReentrantReadWriteLock ENDING = new ReentrantReadWriteLock();

    private Unfinished() {}

    /** Keeps the deletion waiting until it is closed. */
    public interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /** For a program that finishes its files when it is asked to end: nothing is deleted before the hold is closed, by the same thread. */
    public static Hold hold() {
        ENDING.readLock().lock();
        return ENDING.readLock()::unlock;
    }

    /** A name in the folder that no file has. It is short, so that it fits wherever the final name does. */
    static Path name(Path folder) {
        return folder.resolve(
                PREFIX + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".tmp");
    }

    /** Creates a folder under such a name, with the permissions of any new folder, and lists it. */
    public static Path folder(Path parent) throws IOException {
        Path folder = Files.createDirectory(name(parent));
        list(folder);
        return folder;
    }

    /** Lists a path until {@link #delete}. */
    static void list(Path path) {
        PATHS.add(path);
        Hook.set();
    }

    /** Deletes what still has the temporary name, a folder with all that is in it, and takes it off the list. */
    public static void delete(Path path) {
        deleteQuietly(path);
        PATHS.remove(path);
    }

    /** Asks the JVM, when it is first used, to be called at its end. */
    private static final class Hook {
        static {
            try {
                Runtime.getRuntime().addShutdownHook(new Thread(Unfinished::deleteAll, "swath-unfinished"));
            } catch (IllegalStateException _) {
                // The program is ending already: whoever writes now finishes or deletes by itself.
            }
        }

        /** Nothing more than the first use. */
        static void set() {}
    }

    private static void deleteAll() {
        ENDING.writeLock().lock();
        PATHS.forEach(Unfinished::deleteQuietly);
    }

    /** Deletes a file or a folder with all that is in it, without following links, also while others still write into it. */
    private static void deleteQuietly(Path path) {
        for (int i = 0; i < TRIES && Files.exists(path, LinkOption.NOFOLLOW_LINKS); i++) {
            try (Stream<Path> all = Files.walk(path)) {
                for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(p);
                }
            } catch (IOException | UncheckedIOException _) {
                Thread.onSpinWait(); // a file came or went meanwhile
            }
        }
    }
}
