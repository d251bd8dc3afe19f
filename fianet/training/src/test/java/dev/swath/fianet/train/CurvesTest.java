package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurvesTest {
    @Test
    void ticksAreRound() {
        assertEquals(List.of(0.0, 20.0, 40.0, 60.0, 80.0, 100.0), Curves.ticks(0, 100, Curves.step(100)));
        assertEquals(List.of(0.0, 500.0, 1000.0, 1500.0), Curves.ticks(0, 1850, 500));
        assertEquals(500, Curves.step(3700));
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 10_000; i++) {
            double range = Math.pow(10, random.nextDouble(-12, 9));
            double step = Curves.step(range);
            double lead = step / Math.pow(10, Math.floor(Math.log10(step) + 1e-9));
            assertTrue(Math.abs(lead - 1) < 1e-6 || Math.abs(lead - 2) < 1e-6 || Math.abs(lead - 5) < 1e-6, step + "");
            int ticks = Curves.ticks(0, range, step).size();
            assertTrue(ticks >= 3 && ticks <= 9, range + " has " + ticks);
        }
    }

    @Test
    void labelsHaveTheDigitsOfTheirStep() {
        assertEquals("0.25", Curves.label(0.25, 0.05));
        assertEquals("20", Curves.label(20, 20));
        assertEquals("1500", Curves.label(1500, 500));
        assertEquals("0", Curves.label(0, 1e-5));
        assertEquals("5e-05", Curves.label(5e-5, 1e-5));
        assertEquals("1.5e-04", Curves.label(1.5e-4, 5e-5));
    }

    /** A run of one step and one of none say so, and longer ones do not. */
    @Test
    void tooLittleToDrawIsSaid(@TempDir Path folder) throws Exception {
        List<Integer> dark = new ArrayList<>();
        for (int steps : new int[] {0, 1, 2}) {
            List<Map<String, Object>> records = new ArrayList<>();
            for (long step = 1; step <= steps; step++) {
                records.add(Map.of("kind", "step", "step", step, "loss", 1.0 / step, "learning_rate", 1e-4));
            }
            Path file = folder.resolve(steps + ".png");
            Curves.write(file, records);
            assertTrue(Files.size(file) > 0);
            // The place of the words, in the first panel.
            BufferedImage words = ImageIO.read(file.toFile()).getSubimage(101, 120, 60, 20);
            int n = 0;
            for (int i = 0; i < 60 * 20; i++) {
                n += (words.getRGB(i % 60, i / 60) & 0xff) < 0x60 ? 1 : 0;
            }
            dark.add(n);
        }
        assertTrue(dark.get(0) > 20, "nothing yet");
        assertTrue(dark.get(1) > 20, "one value so far");
        assertNotEquals(dark.get(0), dark.get(1));
        assertEquals(0, dark.get(2));
    }
}
