package dev.swath.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelismTest {
    /** Only against a test that would hang for ever. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void runsEachTaskOnce(int threads) {
        try (Parallelism p = Parallelism.ofThreads(threads)) {
            assertEquals(threads, p.threads());
            for (int tasks : new int[] {0, 1, 2, 7, 1000}) {
                AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
                p.forEach(tasks, runs::incrementAndGet);
                for (int i = 0; i < tasks; i++) {
                    assertEquals(1, runs.get(i), "task " + i + " of " + tasks);
                }
            }
        }
    }

    @Test
    void refusesLessThanOneThread() {
        assertEquals(
                "[parallelism] the number of threads must be at least 1; got 0",
                assertThrows(IllegalArgumentException.class, () -> Parallelism.ofThreads(0))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> Parallelism.of(Runnable::run, -1));
    }

    /** All threads must meet inside the region, or the barrier never opens. */
    @Test
    void usesAllItsThreadsAtOnce() {
        try (Parallelism p = Parallelism.ofThreads(3)) {
            CyclicBarrier all = new CyclicBarrier(3);
            Set<Thread> seen = ConcurrentHashMap.newKeySet();
            assertTimeoutPreemptively(
                    PATIENCE,
                    () -> p.forEach(3, i -> {
                        seen.add(Thread.currentThread());
                        await(all);
                    }));
            assertEquals(3, seen.size());
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void oneThreadRunsInOrderOnTheCaller() {
        List<Integer> order = new ArrayList<>();
        try (Parallelism p = Parallelism.single()) {
            p.forEach(5, order::add);
        }
        assertEquals(List.of(0, 1, 2, 3, 4), order);
    }

    @Test
    void theFirstFailureReachesTheCallerAndTheRestIsLeftOut() {
        try (Parallelism p = Parallelism.ofThreads(2)) {
            AtomicInteger finished = new AtomicInteger();
            IllegalStateException thrown = new IllegalStateException("task 0");
            IllegalStateException got = assertThrows(
                    IllegalStateException.class,
                    () -> p.forEach(1_000_000, i -> {
                        if (i == 0) {
                            throw thrown;
                        }
                        finished.incrementAndGet();
                    }));
            assertSame(thrown, got);
            assertTrue(finished.get() < 1_000_000);
            AssertionError error = new AssertionError("an error passes as it is");
            assertSame(
                    error,
                    assertThrows(
                            AssertionError.class,
                            () -> p.forEach(2, i -> {
                                throw error;
                            })));
            AtomicInteger after = new AtomicInteger();
            p.forEach(10, i -> after.incrementAndGet());
            assertEquals(10, after.get(), "it can be used again");
        }
    }

    /** A region inside a region stays on its thread: with as many inner waits as threads it would otherwise hang. */
    @Test
    void aRegionInsideARegionRunsOnItsCaller() {
        try (Parallelism p = Parallelism.ofThreads(2)) {
            Set<String> strayed = ConcurrentHashMap.newKeySet();
            assertTimeoutPreemptively(
                    PATIENCE,
                    () -> p.forEach(4, i -> {
                        Thread outer = Thread.currentThread();
                        p.forEach(8, j -> {
                            if (Thread.currentThread() != outer) {
                                strayed.add(i + "/" + j);
                            }
                        });
                    }));
            assertEquals(Set.of(), strayed);
        }
    }

    @Test
    void isParallelAgainAfterARegionThatFailed() {
        try (Parallelism p = Parallelism.ofThreads(2)) {
            assertThrows(
                    IllegalStateException.class,
                    () -> p.forEach(2, i -> {
                        throw new IllegalStateException();
                    }));
            CyclicBarrier both = new CyclicBarrier(2);
            assertTimeoutPreemptively(PATIENCE, () -> p.forEach(2, i -> await(both)));
        }
    }

    @Test
    void worksOnTheCallersExecutorAndLeavesItOpen() {
        try (ExecutorService mine = Executors.newSingleThreadExecutor(r -> new Thread(r, "mine"))) {
            Set<String> names = ConcurrentHashMap.newKeySet();
            CyclicBarrier both = new CyclicBarrier(2);
            try (Parallelism p = Parallelism.of(mine, 2)) {
                assertTimeoutPreemptively(
                        PATIENCE,
                        () -> p.forEach(2, i -> {
                            names.add(Thread.currentThread().getName());
                            await(both);
                        }));
            }
            assertTrue(names.contains("mine") && names.size() == 2, names.toString());
            assertFalse(mine.isShutdown());
        }
    }

    @Test
    void doesAllItselfIfTheExecutorRefuses() {
        Thread caller = Thread.currentThread();
        AtomicInteger runs = new AtomicInteger();
        Parallelism p = Parallelism.of(
                task -> {
                    throw new RejectedExecutionException("full");
                },
                4);
        p.forEach(100, i -> {
            assertSame(caller, Thread.currentThread());
            runs.incrementAndGet();
        });
        assertEquals(100, runs.get());
    }

    /** An executor that never runs what it takes must not keep the caller waiting. */
    @Test
    void doesNotWaitForHelpersThatNeverStart() {
        List<Runnable> forgotten = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger runs = new AtomicInteger();
        Parallelism p = Parallelism.of(forgotten::add, 3);
        assertTimeoutPreemptively(PATIENCE, () -> p.forEach(100, i -> runs.incrementAndGet()));
        assertEquals(100, runs.get());
        forgotten.forEach(Runnable::run);
        assertEquals(100, runs.get(), "a helper that comes late finds nothing to do");
    }

    @Test
    void stillWorksAfterClose() {
        Parallelism p = Parallelism.ofThreads(3);
        p.close();
        AtomicInteger runs = new AtomicInteger();
        p.forEach(9, i -> runs.incrementAndGet());
        assertEquals(9, runs.get());
    }

    @Test
    void servesManyCallersAtOnce() throws Exception {
        try (Parallelism p = Parallelism.ofThreads(2);
                ExecutorService callers = Executors.newFixedThreadPool(4)) {
            List<Future<Long>> sums = new ArrayList<>();
            for (int c = 0; c < 4; c++) {
                sums.add(callers.submit(() -> {
                    long total = 0;
                    for (int round = 0; round < 50; round++) {
                        long[] squares = new long[200];
                        p.forEach(200, i -> squares[i] = (long) i * i);
                        for (long s : squares) {
                            total += s;
                        }
                    }
                    return total;
                }));
            }
            for (Future<Long> sum : sums) {
                assertEquals(50L * 199 * 200 * 399 / 6, sum.get());
            }
        }
    }

    @Test
    void anInterruptedCallerWaitsForItsTasksAndStaysInterrupted() throws Exception {
        try (Parallelism p = Parallelism.ofThreads(2)) {
            CountDownLatch release = new CountDownLatch(1);
            CountDownLatch started = new CountDownLatch(1);
            AtomicInteger finished = new AtomicInteger();
            boolean[] interrupted = new boolean[1];
            Thread caller = new Thread(() -> {
                Thread me = Thread.currentThread();
                p.forEach(2, i -> {
                    if (Thread.currentThread() != me) {
                        started.countDown();
                        awaitQuietly(release);
                    } else {
                        awaitQuietly(started); // so that the other task is the helper's
                    }
                    finished.incrementAndGet();
                });
                interrupted[0] = Thread.interrupted();
            });
            caller.start();
            started.await();
            caller.interrupt();
            release.countDown();
            caller.join();
            assertEquals(2, finished.get());
            assertTrue(interrupted[0]);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
