package dev.swath.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoadTest {
    private static final String PROCESS = "77 (a ) name) S 1 2 3 4 5 6 7 8 9 10 100 20 3000 400 20 0 30 0 1 2 3\n";

    @Test
    void readsWhatTheKernelWrites() {
        Load load = Load.of("cpu  10 20 30 400 5 6 7 8 9 9\ncpu0 1 1 1 1 1 1 1 1 0 0\n", PROCESS);
        assertEquals(new Load(10 + 20 + 30 + 400 + 5 + 6 + 7 + 8, 405, 8, 100 + 20 + 3000 + 400), load);
    }

    @Test
    void othersAreAllButOneself() {
        Load before = new Load(1000, 500, 10, 100);
        Load after = new Load(2000, 900, 60, 350);
        // 1000 ticks: 400 idle, 50 stolen, 550 used, 250 of them by this process.
        assertEquals(Optional.of(new Load.Busy(0.3, 0.05)), after.since(before));
        assertEquals(Optional.empty(), before.since(before));
    }

    /** Two clocks are read one after the other, so a little less than nothing can be left for others. */
    @Test
    void othersNeverUsedLessThanNothing() {
        assertEquals(
                0,
                new Load(200, 0, 0, 210)
                        .since(new Load(100, 0, 0, 100))
                        .orElseThrow()
                        .others());
    }

    /** What a child process uses while it is waited for is this one's own. */
    @Test
    void thisMachineTells() throws Exception {
        Load before = Load.now().orElseThrow();
        Process child = new ProcessBuilder("sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done").start();
        assertEquals(0, child.waitFor());
        Load after = Load.now().orElseThrow();
        assertTrue(after.own() > before.own(), before + " " + after);
        assertTrue(after.total() > before.total(), before + " " + after);
    }
}
