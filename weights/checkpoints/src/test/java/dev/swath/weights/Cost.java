package dev.swath.weights;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.function.Executable;

/** What a call costs: processor time and bytes allocated by its thread. */
final class Cost {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Cost() {}

    /** Runs, and requires less than so many MiB allocated and 10 s of processor time, the bound for any hostile file. */
    static void within(long mebibytes, String what, Executable call) {
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        long time = THREADS.getCurrentThreadCpuTime();
        try {
            call.execute();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(what, e);
        }
        long used = (THREADS.getCurrentThreadAllocatedBytes() - bytes) >> 20;
        long seconds = (THREADS.getCurrentThreadCpuTime() - time) / 1_000_000_000;
        assertTrue(used < mebibytes, what + " allocated " + used + " MiB");
        assertTrue(seconds < 10, what + " took " + seconds + " s");
    }
}
