package dev.swath.fianet.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.swath.testkit.Golden;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import org.junit.jupiter.api.Test;

/** What a host registers with ImageIO is not asked, whatever it claims to read. */
class HostilePluginTest {
    private static final AtomicInteger ASKED = new AtomicInteger();

    /** Says that it reads everything, and does not. */
    public static final class Greedy extends ImageReaderSpi {
        /** Claims the names of all kinds. */
        public Greedy() {
            super(
                    "nobody",
                    "1",
                    new String[] {"jpeg", "JPEG", "jpg", "png", "PNG", "tiff", "TIFF"},
                    new String[] {"jpg", "png", "tif"},
                    new String[] {"image/jpeg", "image/png", "image/tiff"},
                    "dev.swath.fianet.image.NoReader",
                    new Class<?>[] {javax.imageio.stream.ImageInputStream.class},
                    null,
                    false,
                    null,
                    null,
                    null,
                    null,
                    false,
                    null,
                    null,
                    null,
                    null);
        }

        @Override
        public boolean canDecodeInput(Object source) {
            ASKED.incrementAndGet();
            return true;
        }

        @Override
        public ImageReader createReaderInstance(Object extension) {
            ASKED.incrementAndGet();
            throw new IllegalStateException("a plug-in of the host was asked");
        }

        @Override
        public String getDescription(Locale locale) {
            return "greedy";
        }
    }

    @Test
    void nothingChanges() throws IOException {
        String[] names = {"rgb.png", "palette.png", "rgb.jpg", "rgb_lzw.tif", "gray16.png"};
        byte[][] before = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            before[i] = Images.read(Golden.resource("image_files", names[i]), names[i])
                    .rgb();
        }
        IIORegistry registry = IIORegistry.getDefaultInstance();
        Greedy greedy = new Greedy();
        registry.registerServiceProvider(greedy, ImageReaderSpi.class);
        try {
            Iterator<ImageReaderSpi> others = registry.getServiceProviders(ImageReaderSpi.class, false);
            while (others.hasNext()) {
                ImageReaderSpi other = others.next();
                if (other != greedy) {
                    registry.setOrdering(ImageReaderSpi.class, greedy, other);
                }
            }
            assertSame(
                    greedy,
                    registry.getServiceProviders(ImageReaderSpi.class, true).next(),
                    "it is asked first");
            ASKED.set(0);
            for (int i = 0; i < names.length; i++) {
                byte[] bytes = Golden.resource("image_files", names[i]);
                assertArrayEquals(before[i], Images.read(bytes, names[i]).rgb(), names[i]);
            }
            assertEquals(0, ASKED.get());
        } finally {
            registry.deregisterServiceProvider(greedy, ImageReaderSpi.class);
        }
    }
}
