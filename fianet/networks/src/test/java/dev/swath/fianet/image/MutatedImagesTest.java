package dev.swath.fianet.image;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.swath.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Valid images with a few bytes changed, by a fixed seed: they are decoded or refused with one sentence, nothing else. */
class MutatedImagesTest {
    private static final int ROUNDS = 600;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rgb.png",
                "palette.png",
                "gray16.png",
                "rgb.jpg",
                "rgb_raw.tif",
                "rgb_lzw.tif",
                "rgb_deflate.tif",
                "rgb_packbits.tif",
                "rgba.tif"
            })
    void images(String name, @TempDir Path folder) throws IOException {
        byte[] valid = Golden.resource("image_files", name);
        SplittableRandom random = new SplittableRandom(name.hashCode());
        Path file = folder.resolve("mutated");
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = valid.clone();
            int changes = 1 + random.nextInt(4);
            for (int i = 0; i < changes; i++) {
                // Headers and directories stand at either end: there most of the changes are made.
                int near = random.nextInt(Math.min(bytes.length, 256));
                int at = random.nextInt(3) == 0
                        ? random.nextInt(bytes.length)
                        : random.nextBoolean() ? near : bytes.length - 1 - near;
                bytes[at] = (byte) (random.nextInt(3) == 0 ? 0xff : random.nextInt(256));
            }
            Files.write(file, random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes);
            try {
                RgbImage image = Images.read(file);
                assertTrue((long) image.width() * image.height() <= Images.MAX_PIXELS);
            } catch (ImageException e) {
                refused++;
                assertTrue(e.getMessage().contains("mutated"), e.getMessage());
            } catch (RuntimeException | Error e) {
                fail(name + ", round " + round, e);
            }
        }
        assertTrue(refused > 0, name);
    }
}
