package dev.swath.fianet.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.files.json.Json;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunLengthTest {
    @Test
    void bothDirectionsAgreeWithTheGoldenMasks() {
        Golden g = Golden.of("mask_rle");
        int checked = 0;
        for (Object row : Json.asList(g.description().get("rows"), "rows")) {
            Map<String, Object> r = Json.asObject(row, "row");
            String text = Json.asString(r.get("counts_text"), "counts_text");
            List<Object> size = Json.asList(r.get("size"), "size");
            int height = Json.asInt(size.get(0), "height");
            int width = Json.asInt(size.get(1), "width");
            Tensor want = g.tensor("out/" + r.get("key"));
            long[] pixels = want.toLongArray();
            byte[] values = new byte[pixels.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (byte) pixels[i];
            }
            assertArrayEquals(values, RunLength.decode(text, height, width).values(), text);
            assertEquals(text, RunLength.encode(new Mask(width, height, values)));
            checked++;
        }
        assertEquals(6, checked);
    }

    @Test
    void encodingThenDecodingGivesTheMaskBack() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 300; i++) {
            int width = 1 + random.nextInt(60);
            int height = 1 + random.nextInt(60);
            double share = random.nextDouble();
            byte[] values = new byte[width * height];
            for (int p = 0; p < values.length; p++) {
                values[p] = (byte) (random.nextDouble() < share ? 1 : 0);
            }
            Mask mask = new Mask(width, height, values);
            assertArrayEquals(
                    values,
                    RunLength.decode(RunLength.encode(mask), height, width).values());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "S", "S1S1", "R1", "0 1", "~~~~~~~~1", "0Q1N", "oooooooooo1"})
    void brokenTextIsRefusedInOneSentence(String text) {
        DataException e = assertThrows(DataException.class, () -> RunLength.decode(text, 7, 5));
        assertTrue(e.getMessage().startsWith("[run length] "), e.getMessage());
    }

    @Test
    void damageNeverEndsInAnotherException() {
        String good =
                RunLength.encode(RunLength.decode("Zi0d0d000000000000000000000000000000000000000000000000^b0", 40, 60));
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 2000; i++) {
            char[] c = good.toCharArray();
            c[random.nextInt(c.length)] = (char) (33 + random.nextInt(94));
            try {
                assertEquals(2400, RunLength.decode(new String(c), 40, 60).values().length);
            } catch (DataException e) {
                assertTrue(e.getMessage().startsWith("[run length] "), e.getMessage());
            }
        }
    }
}
