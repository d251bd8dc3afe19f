package dev.swath.fianet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.swath.kernels.Backends;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelWarmUpTest {
    private static boolean running() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(t -> t.getName().equals("swath-warm-up"));
    }

    /** However far its first pass is, and without a word. */
    @Test
    void whenItIsClosedItsThreadIsGone() throws InterruptedException {
        List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((_, e) -> thrown.add(e));
        try {
            for (int millis : new int[] {0, 50, 400}) {
                KernelWarmUp warmUp = KernelWarmUp.start(Backends.cpu());
                Thread.sleep(millis);
                warmUp.close();
                assertFalse(running(), "closed after " + millis + " ms");
            }
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertEquals(List.of(), thrown);
    }
}
