package dev.swath.kernels.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Compiled kernels and timed choices on disk, so that a program's second start finds them. A file appears whole or not at
 * all, and two processes may write the same one. A folder that cannot be written to costs time at each start and nothing
 * else.
 */
final class KernelCache {
    private static final System.Logger LOGGER = System.getLogger(KernelCache.class.getName());

    private final @Nullable Path folder;

    private KernelCache(@Nullable Path folder) {
        this.folder = folder;
    }

    /** In {@code -Dswath.cuda.cache}, else {@code $XDG_CACHE_HOME/swath/cuda}, else {@code ~/.cache/swath/cuda}. */
    static KernelCache open() {
        String asked = System.getProperty("swath.cuda.cache");
        if (asked != null) {
            return new KernelCache(asked.isEmpty() ? null : Path.of(asked));
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        String home = System.getProperty("user.home");
        if (xdg != null && !xdg.isEmpty()) {
            return new KernelCache(Path.of(xdg, "swath", "cuda"));
        }
        return new KernelCache(home == null ? null : Path.of(home, ".cache", "swath", "cuda"));
    }

    /** Where the files are, or null if none are kept. */
    @Nullable
    Path folder() {
        return folder;
    }

    /** Whether there is a file of that name. */
    boolean has(String name) {
        return folder != null && Files.isRegularFile(folder.resolve(name));
    }

    /** The file of that name, or null. */
    byte @Nullable [] read(String name) {
        if (folder == null) {
            return null;
        }
        Path file = folder.resolve(name);
        try {
            return Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "{0} cannot be read: {1}", file, e.getMessage());
            return null;
        }
    }

    /** Keeps the bytes under that name. */
    void write(String name, byte[] bytes) {
        if (folder == null) {
            return;
        }
        Path part = null;
        try {
            Files.createDirectories(folder);
            part = Files.createTempFile(folder, name, ".part");
            Files.write(part, bytes);
            Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | UnsupportedOperationException e) {
            LOGGER.log(
                    System.Logger.Level.DEBUG,
                    "{0} cannot be written to, so kernels are compiled at each start: {1}",
                    folder,
                    e.getMessage());
            remove(part);
        }
    }

    /** Takes a file away that proved to be bad. */
    void discard(String name) {
        if (folder != null) {
            remove(folder.resolve(name));
        }
    }

    private static void remove(@Nullable Path file) {
        if (file == null) {
            return;
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "{0} cannot be removed: {1}", file, e.getMessage());
        }
    }

    /** Sixteen hexadecimal digits that differ where any of the parts differs. */
    static String key(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
