package dev.swath.kernels;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How many threads work on one call, and whose they are. Work is cut into numbered tasks by the kernel, the same ones
 * for any number of threads, so results do not depend on it. The caller works too; a parallel region inside another runs
 * on its caller alone. Safe for use by many callers at once.
 */
public final class Parallelism implements AutoCloseable {
    private final int threads;
    private final @Nullable Executor executor;
    private final @Nullable ExecutorService owned;
    private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);

    private Parallelism(int threads, @Nullable Executor executor, @Nullable ExecutorService owned) {
        if (threads < 1) {
            throw new IllegalArgumentException(
                    "[parallelism] the number of threads must be at least 1; got " + threads);
        }
        this.threads = threads;
        this.executor = executor;
        this.owned = owned;
    }

    /** One thread: the caller's, which does tasks in their order. */
    public static Parallelism single() {
        return new Parallelism(1, null, null);
    }

    /** The caller's thread and {@code threads - 1} daemon threads that end with {@link #close}. */
    public static Parallelism ofThreads(int threads) {
        if (threads <= 1) {
            return new Parallelism(threads, null, null);
        }
        AtomicInteger number = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(threads - 1, r -> {
            Thread t = new Thread(r, "swath-worker-" + number.incrementAndGet());
            t.setDaemon(true);
            return t;
        });
        return new Parallelism(threads, pool, pool);
    }

    /** As many threads as the machine has processors. */
    public static Parallelism ofCores() {
        return ofThreads(Runtime.getRuntime().availableProcessors());
    }

    /** The caller's thread and up to {@code threads - 1} tasks on the given executor, which stays the caller's own. */
    public static Parallelism of(Executor executor, int threads) {
        return new Parallelism(threads, executor, null);
    }

    /** The number of threads that may work at once. */
    public int threads() {
        return threads;
    }

    /** Runs {@code body} for each number from 0 to {@code tasks - 1}, in any order, and returns when all are done. */
    public void forEach(int tasks, IntConsumer body) {
        if (tasks <= 1 || executor == null || threads == 1 || inside.get()) {
            for (int i = 0; i < tasks; i++) {
                body.accept(i);
            }
            return;
        }
        Region region = new Region(tasks, body);
        int helpers = Math.min(threads, tasks) - 1;
        for (int i = 0; i < helpers; i++) {
            try {
                executor.execute(() -> work(region));
            } catch (RejectedExecutionException e) {
                break; // The executor is shutting down or full: the caller does the rest itself.
            }
        }
        work(region);
        region.await();
    }

    private void work(Region region) {
        inside.set(true);
        try {
            region.run();
        } finally {
            inside.set(false);
        }
    }

    /** Ends this object's own threads; an executor given by the caller is left alone. */
    @Override
    public void close() {
        if (owned != null) {
            owned.shutdown();
        }
    }

    private static final class Region {
        private final int tasks;
        private final IntConsumer body;
        private final AtomicInteger next = new AtomicInteger();
        private final CountDownLatch open;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Region(int tasks, IntConsumer body) {
            this.tasks = tasks;
            this.body = body;
            this.open = new CountDownLatch(tasks);
        }

        void run() {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                try {
                    if (failure.get() == null) {
                        body.accept(i);
                    }
                } catch (Throwable t) {
                    failure.compareAndSet(null, t);
                } finally {
                    open.countDown();
                }
            }
        }

        void await() {
            boolean interrupted = false;
            while (true) {
                try {
                    open.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true; // Tasks still write into the caller's arrays: wait for them, then pass it on.
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            switch (failure.get()) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable t -> throw new IllegalStateException(t);
            }
        }
    }
}
