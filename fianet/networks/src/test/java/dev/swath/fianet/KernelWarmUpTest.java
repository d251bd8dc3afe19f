package dev.swath.fianet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import java.lang.reflect.Proxy;
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
        withoutAWord(Backends.cpu(), 0, 50, 400);
    }

    /** A heap too small is told where a model is opened or asked, not by a trace from here. */
    @Test
    void whatFailsIsNotToldTwice() throws InterruptedException {
        Backend full = (Backend)
                Proxy.newProxyInstance(Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (_, _, _) -> {
                    throw new OutOfMemoryError("Java heap space");
                });
        withoutAWord(full, 400);
    }

    private static void withoutAWord(Backend backend, int... afterMillis) throws InterruptedException {
        List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((_, e) -> thrown.add(e));
        try {
            for (int millis : afterMillis) {
                KernelWarmUp warmUp = KernelWarmUp.start(backend);
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
