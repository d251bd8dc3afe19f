package dev.swath.kernels.cuda;

import dev.swath.kernels.Recorded;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which of several ways to do the same work is the fastest on this device: timed once, and kept on disk for the next start. A
 * file holds a line for each piece of work, {@code what it is=what was chosen}; a line that makes no sense is as good as none,
 * and whoever reads a choice that cannot be had any more times anew.
 */
final class Choices {
    private static final System.Logger LOGGER = System.getLogger(Choices.class.getName());
    private static final int REPEATS = 3;
    /** What is written before each measurement is so many times as much as the cache holds. */
    private static final int CACHES = 3;

    private final KernelCache cache;
    private final String file;
    private final Map<String, String> known = new TreeMap<>();

    /** Of the ways that the given parts name, such as a library's version and the card. */
    Choices(KernelCache cache, String kind, String... parts) {
        this.cache = cache;
        this.file = kind + "-" + KernelCache.key(parts) + ".txt";
        load();
    }

    private void load() {
        byte[] bytes = cache.read(file);
        if (bytes != null) {
            new String(bytes, StandardCharsets.UTF_8).lines().forEach(line -> {
                int at = line.indexOf('=');
                if (at > 0) {
                    known.putIfAbsent(line.substring(0, at), line.substring(at + 1));
                }
            });
        }
    }

    /** What was chosen for that work, or null. */
    synchronized @Nullable String get(String work) {
        return known.get(work);
    }

    /** Keeps a choice, beside those that another process has kept meanwhile. */
    synchronized void put(String work, String choice) {
        known.put(work, choice);
        load();
        StringBuilder all = new StringBuilder();
        known.forEach((w, c) -> all.append(w).append('=').append(c).append('\n'));
        cache.write(file, all.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Index of the way that takes the least time on the device, with cold caches; -1 if none works. Each is recorded and its
     * recording is timed: the first passes of a program make their launches so slowly that the device would wait for them.
     *
     * @param ways each is run several times; one that a library refuses after all is left out
     */
    static int fastest(List<? extends Runnable> ways, CudaExecution on) {
        int best = -1;
        double least = Double.MAX_VALUE;
        CudaBackend backend = on.backend();
        try (Scratch scratch = new Scratch(on)) {
            Gpu gpu = backend.gpu();
            long flushed = gpu.cacheBytes() / Float.BYTES * CACHES;
            Slice memory = scratch.take(DType.F32, flushed);
            for (int i = 0; i < ways.size(); i++) {
                Runnable way = ways.get(i);
                double time = Double.MAX_VALUE;
                try {
                    // What a library prepares at its first call, it prepares outside of a recording.
                    way.run();
                    try (Recorded recorded = backend.record(way)) {
                        recorded.run();
                        for (int r = 0; r < REPEATS; r++) {
                            // This empties the cache, and the device is busy with it while the recording is launched.
                            gpu.clear(on.address(memory), flushed);
                            time = Math.min(time, gpu.microseconds(recorded::run));
                        }
                    }
                } catch (RefusedException e) {
                    LOGGER.log(System.Logger.Level.DEBUG, e.getMessage());
                    continue;
                }
                if (time < least) {
                    least = time;
                    best = i;
                }
            }
        }
        return best;
    }

    /** A library does not do what it had offered. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }
}
