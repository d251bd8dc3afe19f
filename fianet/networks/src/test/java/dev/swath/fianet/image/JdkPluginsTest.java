package dev.swath.fianet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.spi.ImageWriterSpi;
import org.junit.jupiter.api.Test;

class JdkPluginsTest {
    @Test
    void areThoseOfTheJdk() {
        assertTrue(JdkPlugins.find(ImageReaderSpi.class, "jpeg").isPresent());
        assertTrue(JdkPlugins.find(ImageWriterSpi.class, "tiff").isPresent());
        assertTrue(JdkPlugins.find(ImageReaderSpi.class, "jpeg2000").isEmpty());
        assertSame(
                ImageIO.class.getModule(),
                JdkPlugins.find(ImageWriterSpi.class, "png")
                        .orElseThrow()
                        .getClass()
                        .getModule());
    }

    /** As in a server, where another application is started meanwhile. */
    @Test
    void areFoundWhileOthersComeAndGo() throws Exception {
        IIORegistry registry = IIORegistry.getDefaultInstance();
        ImageReaderSpi plugin = new HostilePluginTest.Greedy();
        AtomicBoolean ended = new AtomicBoolean();
        AtomicInteger changes = new AtomicInteger();
        Thread host = new Thread(() -> {
            while (!ended.get()) {
                registry.registerServiceProvider(plugin, ImageReaderSpi.class);
                registry.deregisterServiceProvider(plugin, ImageReaderSpi.class);
                changes.incrementAndGet();
            }
        });
        host.start();
        int missing = 0;
        try {
            for (int i = 0; i < 20_000 || changes.get() < 100; i++) {
                missing += JdkPlugins.find(ImageReaderSpi.class, "jpeg").isPresent() ? 0 : 1;
            }
        } finally {
            ended.set(true);
            host.join();
        }
        assertEquals(0, missing, "times that it was not there");
    }
}
