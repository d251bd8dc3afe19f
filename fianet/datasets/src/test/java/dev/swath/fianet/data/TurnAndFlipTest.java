package dev.swath.fianet.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.DatasetVocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TurnAndFlipTest {
    private static final List<String> SENTENCES = List.of(
            "The airplane on the right",
            "The tennis court is on the right of the green and orange baseball field",
            "A bridge is above the slender dam",
            "The airplane is below the airplane on the upper right",
            "The vehicle is on the lower left of the baseball field on the upper right",
            "The basketball court is on the lower right of the tennis court on the top",
            "A chimney is on the upper right of the chimney at the bottom",
            "A ground track field is in the stadium in the middle",
            "The ship on the left of the image",
            "A gray bridge");

    private static Sample sample(String sentence) {
        SplittableRandom random = new SplittableRandom(3);
        byte[] rgb = new byte[3 * 7 * 4];
        random.nextBytes(rgb);
        byte[] mask = new byte[6 * 5];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = (byte) random.nextInt(2);
        }
        return new Sample("s", new RgbImage(7, 4, rgb), sentence, new Mask(6, 5, mask), "ship");
    }

    @ParameterizedTest
    @EnumSource(Turn.class)
    void theInverseGivesTheOriginal(Turn turn) {
        for (String sentence : SENTENCES) {
            Sample start = sample(sentence);
            Sample there = TurnAndFlip.apply(start, turn).orElseThrow();
            Sample back = TurnAndFlip.apply(there, turn.inverse()).orElseThrow();
            assertEquals(sentence, back.sentence());
            assertEquals(7, back.image().width());
            assertArrayEquals(start.image().rgb(), back.image().rgb());
            assertArrayEquals(start.mask().values(), back.mask().values());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FLIP_LEFT_RIGHT | The ship on the upper left | The ship on the upper right",
                "FLIP_TOP_BOTTOM | The ship on the upper left | The ship on the lower left",
                "FLIP_TOP_BOTTOM | The ship on the top | The ship at the bottom",
                "RIGHT | The ship on the top | The ship on the right",
                "RIGHT | A bridge is above the dam | A bridge is on the right of the dam",
                "LEFT | A bridge is above the dam | A bridge is on the left of the dam",
                "HALF | The car is below the bus on the far left | The car is above the bus on the far right",
                "LEFT | The dam is on the lower left of the ship | The dam is on the lower right of the ship",
                "TRANSPOSE | The dam is on the left of the ship | The dam is above the ship",
                "RIGHT | The ship on the left of the image | The ship on the top of the image",
                "RIGHT | building along the road | building along the road",
                "HALF | The overpass in the middle | The overpass in the middle",
            })
    void sentencesStayTrue(Turn turn, String before, String after) {
        assertEquals(Optional.of(after), Directions.reword(before, turn));
    }

    /** Where an object is says which sentence is true of it: turned, it must be where the turned sentence says. */
    @ParameterizedTest
    @EnumSource(Turn.class)
    void imageAndSentenceTurnTheSameWay(Turn turn) {
        Map<String, int[]> corners = Map.of(
                "The ship on the upper left", new int[] {0, 0},
                "The ship on the upper right", new int[] {8, 0},
                "The ship on the lower left", new int[] {0, 8},
                "The ship on the lower right", new int[] {8, 8},
                "The ship on the left", new int[] {0, 4},
                "The ship on the right", new int[] {8, 4},
                "The ship on the top", new int[] {4, 0},
                "The ship at the bottom", new int[] {4, 8});
        corners.forEach((sentence, at) -> {
            byte[] values = new byte[81];
            values[at[1] * 9 + at[0]] = 1;
            byte[] rgb = new byte[3 * 81];
            rgb[3 * (at[1] * 9 + at[0])] = 1;
            Sample turned = TurnAndFlip.apply(
                            new Sample("c", new RgbImage(9, 9, rgb), sentence, new Mask(9, 9, values), "ship"), turn)
                    .orElseThrow();
            int[] to = corners.get(turned.sentence());
            assertEquals(1, turned.mask().values()[to[1] * 9 + to[0]], sentence + " " + turn);
            assertEquals(1, turned.image().rgb()[3 * (to[1] * 9 + to[0])], sentence + " " + turn);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The left ship",
                "The ship at the top-left corner of the image",
                "The ship on the left side",
                "The ship on the left bank",
                "The vehicle on the top of the building",
                "The northern ship",
                "On the left is a ship",
                "A road under the bridge",
                "The leftmost plane",
                "the ship to the left of the harbor",
                "The rows going Upward"
            })
    void whatCannotBeRewordedIsLeftUnturned(String sentence) {
        for (Turn turn : Turn.values()) {
            assertEquals(
                    turn == Turn.NONE ? Optional.of(sentence) : Optional.empty(), Directions.reword(sentence, turn));
        }
        Sample start = sample(sentence);
        for (int i = 0; i < 20; i++) {
            Sample got = new TurnAndFlip().apply(start, 0, new SplittableRandom(i));
            assertEquals(sentence, got.sentence());
            assertArrayEquals(start.image().rgb(), got.image().rgb());
        }
    }

    @Test
    void farHasNoTopAndBottom() {
        assertEquals(Optional.empty(), Directions.reword("The ship on the far right", Turn.LEFT));
        assertEquals(
                Optional.of("The ship on the far left"),
                Directions.reword("The ship on the far right", Turn.FLIP_LEFT_RIGHT));
    }

    @Test
    void allEightAreDrawn() {
        Sample start = sample("A gray bridge");
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Sample got = new TurnAndFlip().apply(start, 0, new SplittableRandom(i));
            String key = got.mask().width() + Arrays.toString(got.mask().values());
            if (!seen.contains(key)) {
                seen.add(key);
            }
        }
        assertTrue(seen.size() == 8, seen.size() + " different");
    }

    /** Any white space is one, and a letter beyond ASCII is a letter. */
    @Test
    void spacesAndLettersOfUnicode() {
        for (String space : List.of("\u00A0", "\u2009", "\u3000", "\t")) {
            assertEquals(
                    Optional.of("the ship on the right"),
                    Directions.reword("the ship on the left".replace(" ", space), Turn.FLIP_LEFT_RIGHT));
            assertEquals(
                    Optional.of("golf field"),
                    Classes.firstNamed("the golf field".replace(" ", space), DatasetVocabulary.RRSISD));
        }
        assertEquals(
                Optional.of("the \u00E9left ship"), Directions.reword("the \u00E9left ship", Turn.FLIP_LEFT_RIGHT));
        assertEquals(
                Optional.of("the ship on the left\u00E9"),
                Directions.reword("the ship on the left\u00E9", Turn.FLIP_LEFT_RIGHT));
        assertEquals(Optional.empty(), Classes.firstNamed("the \u00E9dam", DatasetVocabulary.RRSISD));
        assertEquals(Optional.empty(), Classes.firstNamed("the dam\uD835\uDC00", DatasetVocabulary.RRSISD));
    }
}
