package dev.swath.fianet.synth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PositionPairsTest {
    /** An interpreter that shares no code with the generator finds one thing for each sentence, another one, and its mask. */
    @ParameterizedTest
    @EnumSource
    void eachSentenceSelectsOneOfTwo(WordPair words) {
        PositionPairs pairs = new PositionPairs(7, 64);
        for (int i = 0; i < 4; i++) {
            PositionPairs.Pair pair = pairs.pair(words, i);
            Interpreter interpreter = new Interpreter(pair.scene());
            Set<Integer> first = interpreter.rrsisd(pair.first().sentence());
            Set<Integer> second = interpreter.rrsisd(pair.second().sentence());
            assertEquals(1, first.size(), pair.first().sentence());
            assertEquals(1, second.size(), pair.second().sentence());
            assertNotEquals(first, second);
            for (int object :
                    new int[] {first.iterator().next(), second.iterator().next()}) {
                assertEquals(
                        pair.category(),
                        pair.scene().objects().get(object).kind().category());
            }
            assertEquals(
                    2,
                    pair.scene().objects().stream()
                            .filter(o -> o.kind().category().equals(pair.category()))
                            .count());
            int[] ids = SceneRenderer.ids(pair.scene(), 64);
            byte[] mask = new byte[ids.length];
            for (int at = 0; at < ids.length; at++) {
                mask[at] = (byte)
                        (ids[at] >= 0
                                        && pair.scene()
                                                .belongs(
                                                        ids[at],
                                                        first.iterator().next())
                                ? 1
                                : 0);
            }
            assertArrayEquals(mask, pair.first().mask().values());
            assertTrue(pair.second().mask().area() > 0);
            for (int at = 0; at < ids.length; at++) {
                assertTrue(mask[at] == 0 || pair.second().mask().values()[at] == 0, "the masks do not overlap");
            }
        }
    }

    @Test
    void pairsDependOnTheirNumbersAlone() {
        PositionPairs pairs = new PositionPairs(7, 64);
        PositionPairs.Pair pair = pairs.pair(WordPair.LEFT_RIGHT, 3);
        PositionPairs.Pair again = new PositionPairs(7, 64).pair(WordPair.LEFT_RIGHT, 3);
        assertArrayEquals(pair.image().rgb(), again.image().rgb());
        assertEquals(pair.first().sentence(), again.first().sentence());
        assertNotEquals(pair.scene(), pairs.pair(WordPair.LEFT_RIGHT, 4).scene());
        assertNotEquals(
                pair.scene(),
                new PositionPairs(8, 64).pair(WordPair.LEFT_RIGHT, 3).scene());
        assertThrows(IllegalArgumentException.class, () -> new PositionPairs(7, 63));
    }
}
