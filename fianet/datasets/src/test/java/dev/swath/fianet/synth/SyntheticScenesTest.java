package dev.swath.fianet.synth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.data.Sample;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.text.DatasetVocabulary;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SyntheticScenesTest {
    private static final int SIDE = 64;
    private static final int SCENES = 200;

    @ParameterizedTest
    @EnumSource(names = {"REFSEGRS", "RRSISD"})
    void theMaskFollowsFromTheSentenceAndTheListOfObjects(DatasetVocabulary format) {
        SyntheticScenes scenes = new SyntheticScenes(format, 2024, SIDE);
        int relations = 0;
        for (int i = 0; i < SCENES; i++) {
            SyntheticScenes.Triplet t = scenes.triplet(i);
            Interpreter interpreter = new Interpreter(t.scene());
            Set<Integer> meant = format == DatasetVocabulary.RRSISD
                    ? interpreter.rrsisd(t.sentence())
                    : interpreter.refSegRs(t.sentence());
            Set<Integer> given = t.objects().stream().boxed().collect(Collectors.toCollection(TreeSet::new));
            assertEquals(meant, given, "scene " + i + ": " + t.sentence());
            if (format == DatasetVocabulary.RRSISD) {
                assertEquals(1, meant.size(), t.sentence());
            }
            relations += t.sentence().contains(" is ") || t.sentence().contains(" the ") ? 1 : 0;
            compareMasks(t, meant, "scene " + i + ": " + t.sentence());
        }
        assertTrue(relations > SCENES / 4, "only " + relations + " sentences with a place or a relation");
    }

    /**
     * Draws the mask anew, pixel by pixel from the topmost object down. A pixel within {@code near} pixels of the edge
     * between two objects may show either.
     */
    private static void compareMasks(SyntheticScenes.Triplet t, Set<Integer> meant, String what) {
        double near = 0.13;
        int compared = 0;
        List<Rectangle2D> bounds =
                t.scene().objects().stream().map(o -> o.outline().getBounds2D()).toList();
        for (int p = 0; p < SIDE * SIDE; p++) {
            double x = p % SIDE + 0.5;
            double y = p / SIDE + 0.5;
            int top = top(t.scene(), bounds, x, y);
            if (top == top(t.scene(), bounds, x - near, y - near)
                    && top == top(t.scene(), bounds, x + near, y - near)
                    && top == top(t.scene(), bounds, x - near, y + near)
                    && top == top(t.scene(), bounds, x + near, y + near)) {
                int whole = top;
                while (whole >= 0 && !meant.contains(whole)) {
                    whole = t.scene().objects().get(whole).parent();
                }
                assertEquals(whole >= 0 ? 1 : 0, t.mask().values()[p], () -> what + ": pixel " + x + ", " + y);
                compared++;
            }
        }
        assertTrue(t.mask().area() > 0, what);
        assertTrue(compared > 0.75 * SIDE * SIDE, what + ": only " + compared + " pixels compared");
    }

    private static int top(Scene scene, List<Rectangle2D> bounds, double pixelX, double pixelY) {
        double x = pixelX * 100 / SIDE;
        double y = pixelY * 100 / SIDE;
        int top = bounds.size() - 1;
        while (top >= 0
                && !(bounds.get(top).contains(x, y)
                        && scene.objects().get(top).outline().contains(x, y))) {
            top--;
        }
        return top;
    }

    @ParameterizedTest
    @EnumSource(names = {"REFSEGRS", "RRSISD"})
    void sentencesKeepToTheVocabularyAndItsLength(DatasetVocabulary format) {
        SyntheticScenes scenes = new SyntheticScenes(format, 5, SIDE);
        Map<String, Integer> categories = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            SyntheticScenes.Words w = scenes.words(i);
            assertTrue(format.classes().contains(w.category()), w.category());
            assertTrue(w.sentence().contains(w.category()), w.sentence());
            assertTrue(w.sentence().split(" ").length <= format.length() - 2, w.sentence());
            categories.merge(w.category(), 1, Integer::sum);
        }
        assertEquals(Set.copyOf(format.classes()), categories.keySet());
    }

    @Test
    void sizeWordsFollowTheirRule() {
        SyntheticScenes scenes = new SyntheticScenes(DatasetVocabulary.RRSISD, 9, SIDE);
        for (int i = 0; i < 200; i++) {
            for (SceneObject o : scenes.triplet(i).scene().objects()) {
                if (o.kind().category().isEmpty()) {
                    continue;
                }
                double typical = (o.kind().category().equals("vehicle") ? 1.2 : 1)
                        * o.kind().width();
                double ratio = o.pose().width() / typical;
                String word = ratio < 0.66
                        ? "tiny"
                        : ratio < 0.86 ? "small" : ratio <= 1.18 ? "" : ratio < 1.52 ? "large" : "huge";
                assertEquals(word, o.words().size(), o.kind() + " at " + ratio);
            }
        }
    }

    @Test
    void mostScenesHoldSeveralObjectsOfTheClassThatIsSought() {
        SyntheticScenes scenes = new SyntheticScenes(DatasetVocabulary.RRSISD, 31, SIDE);
        int several = 0;
        for (int i = 0; i < 200; i++) {
            SyntheticScenes.Triplet t = scenes.triplet(i);
            several += t.scene().objects().stream()
                                    .filter(o -> o.kind().category().equals(t.category()))
                                    .count()
                            > 1
                    ? 1
                    : 0;
        }
        assertTrue(several > 120, several + " of 200");
    }

    @ParameterizedTest
    @EnumSource(names = {"REFSEGRS", "RRSISD"})
    void aTripletDependsOnSeedAndNumberAlone(DatasetVocabulary format) {
        SyntheticDataset a = new SyntheticDataset(new SyntheticScenes(format, 3, 96), Split.TEST, 12);
        SyntheticDataset b = new SyntheticDataset(new SyntheticScenes(format, 3, 96), Split.TEST, 12);
        SyntheticDataset other = new SyntheticDataset(new SyntheticScenes(format, 4, 96), Split.TEST, 12);
        for (int i = 11; i >= 0; i--) {
            Sample x = a.read(i);
            assertEquals(x.sentence(), b.sentence(i));
            Sample y = b.read(i);
            assertArrayEquals(x.image().rgb(), y.image().rgb());
            assertArrayEquals(x.mask().values(), y.mask().values());
            assertEquals(x.category(), a.category(i));
            assertNotEquals(
                    Arrays.hashCode(x.image().rgb()),
                    Arrays.hashCode(other.read(i).image().rgb()));
        }
        assertEquals(a.fingerprint(), b.fingerprint());
        assertNotEquals(a.fingerprint(), other.fingerprint());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 63, 4097})
    void sizesOutsideTheLimitsAreRefused(int size) {
        var e = assertThrows(
                IllegalArgumentException.class, () -> new SyntheticScenes(DatasetVocabulary.RRSISD, 1, size));
        assertTrue(e.getMessage().startsWith("[synth] "), e.getMessage());
    }
}
