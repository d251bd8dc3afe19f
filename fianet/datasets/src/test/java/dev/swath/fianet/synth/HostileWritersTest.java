package dev.swath.fianet.synth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.swath.fianet.data.Mask;
import dev.swath.fianet.image.FirstInLine;
import dev.swath.fianet.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.spi.ImageWriterSpi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host registers with ImageIO does not write the files of a data set, whatever it claims to write. */
class HostileWritersTest {
    /** Says that it writes JPEG and TIFF, and does not. */
    public static final class Greedy extends ImageWriterSpi {
        /** Claims the names of both kinds. */
        public Greedy() {
            super(
                    "nobody",
                    "1",
                    new String[] {"jpeg", "JPEG", "jpg", "tiff", "TIFF"},
                    new String[] {"jpg", "tif"},
                    new String[] {"image/jpeg", "image/tiff"},
                    "dev.swath.fianet.synth.NoWriter",
                    new Class<?>[] {javax.imageio.stream.ImageOutputStream.class},
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
        public boolean canEncodeImage(ImageTypeSpecifier type) {
            return true;
        }

        @Override
        public ImageWriter createWriterInstance(Object extension) {
            throw FirstInLine.asked();
        }

        @Override
        public String getDescription(Locale locale) {
            return "greedy";
        }
    }

    private static byte[][] written(Path folder) throws IOException {
        byte[] rgb = new byte[3 * 12 * 9];
        byte[] mask = new byte[12 * 9];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * i);
            mask[i / 3] = (byte) (i / 3 % 2);
        }
        ImageFiles.jpeg(folder.resolve("a.jpg"), new RgbImage(12, 9, rgb));
        ImageFiles.tiff(folder.resolve("a.tif"), new RgbImage(12, 9, rgb));
        ImageFiles.tiff(folder.resolve("m.tif"), new Mask(12, 9, mask));
        return new byte[][] {
            Files.readAllBytes(folder.resolve("a.jpg")),
            Files.readAllBytes(folder.resolve("a.tif")),
            Files.readAllBytes(folder.resolve("m.tif"))
        };
    }

    @Test
    void nothingChanges(@TempDir Path folder) throws Exception {
        byte[][] before = written(folder);
        FirstInLine.unasked(ImageWriterSpi.class, new Greedy(), () -> {
            byte[][] after = written(folder);
            for (int i = 0; i < before.length; i++) {
                assertArrayEquals(before[i], after[i]);
            }
        });
    }
}
