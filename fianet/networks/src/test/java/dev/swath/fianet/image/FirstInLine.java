package dev.swath.fianet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Iterator;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.spi.IIORegistry;

/** A plug-in of a host that claims every kind of image and serves none, registered with ImageIO before all others. */
public final class FirstInLine {
    private static final AtomicInteger ASKED = new AtomicInteger();

    private FirstInLine() {}

    /** What such a plug-in calls when it is asked for something that only a chosen one should be. */
    public static IllegalStateException asked() {
        ASKED.incrementAndGet();
        return new IllegalStateException("a plug-in of the host was asked");
    }

    /** Something that is done while it is there. */
    @FunctionalInterface
    public interface Work {
        /** Does it. */
        void run() throws Exception;
    }

    /** Does the work with the plug-in registered, which must not be asked. */
    public static <T> void unasked(Class<T> kind, T plugin, Work work) throws Exception {
        IIORegistry registry = IIORegistry.getDefaultInstance();
        registry.registerServiceProvider(plugin, kind);
        try {
            Iterator<T> others = registry.getServiceProviders(kind, false);
            while (others.hasNext()) {
                T other = others.next();
                if (other != plugin) {
                    registry.setOrdering(kind, plugin, other);
                }
            }
            assertSame(plugin, registry.getServiceProviders(kind, true).next(), "it is asked first");
            ASKED.set(0);
            work.run();
            assertEquals(0, ASKED.get());
        } finally {
            registry.deregisterServiceProvider(plugin, kind);
        }
    }
}
