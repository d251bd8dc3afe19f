package dev.swath.fianet.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.swath.testkit.Golden;
import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;
import org.junit.jupiter.api.Test;

/** What a host registers with ImageIO is not asked, whatever it claims to read. */
class HostilePluginTest {
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
            FirstInLine.asked();
            return true;
        }

        @Override
        public ImageReader createReaderInstance(Object extension) {
            throw FirstInLine.asked();
        }

        @Override
        public String getDescription(Locale locale) {
            return "greedy";
        }
    }

    @Test
    void nothingChanges() throws Exception {
        String[] names = {"rgb.png", "palette.png", "rgb.jpg", "rgb_lzw.tif", "gray16.png"};
        byte[][] before = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            before[i] = Images.read(Golden.resource("image_files", names[i]), names[i])
                    .rgb();
        }
        FirstInLine.unasked(ImageReaderSpi.class, new Greedy(), () -> {
            for (int i = 0; i < names.length; i++) {
                byte[] bytes = Golden.resource("image_files", names[i]);
                assertArrayEquals(before[i], Images.read(bytes, names[i]).rgb(), names[i]);
            }
        });
    }
}
