package dev.swath.fianet.synth;

import dev.swath.fianet.data.Mask;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.DatasetVocabulary;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Scenes with exactly two things of one kind, each with a sentence that selects it by the words of a {@link WordPair}: whoever does not
 * read the words of place or size cannot tell which is meant. Pair i depends on the words, the seed, the size and i alone; the scenes are
 * none of those of {@link SyntheticScenes}. Safe for use by many threads at once.
 *
 * @param seed of the series
 * @param size side of the pictures in pixels
 */
public record PositionPairs(long seed, int size) {
    /** Scenes that are drawn up before another kind is tried. */
    private static final int ATTEMPTS = 3000;

    /** Checks. */
    public PositionPairs {
        if (size < SyntheticScenes.MIN_SIZE || size > SyntheticScenes.MAX_SIZE) {
            throw new IllegalArgumentException("[synth] the size must be from " + SyntheticScenes.MIN_SIZE + " to "
                    + SyntheticScenes.MAX_SIZE + " pixels; got " + size);
        }
    }

    /**
     * One of the two things.
     *
     * @param sentence that selects it
     * @param mask its visible pixels
     */
    public record Side(String sentence, Mask mask) {}

    /**
     * A scene.
     *
     * @param scene all that is in the picture
     * @param image the picture
     * @param category of the two things
     * @param first the thing that the first words are true of
     * @param second the other
     */
    public record Pair(Scene scene, RgbImage image, String category, Side first, Side second) {
        /** Both. */
        public List<Side> sides() {
            return List.of(first, second);
        }
    }

    /** Pair {@code index}, from 0, of these words. */
    public Pair pair(WordPair words, int index) {
        long number = -1 - ((long) words.ordinal() << 32 | index); // SyntheticScenes counts upwards from 0
        List<Kind> kinds = new ArrayList<>(AerialLayout.MAIN);
        Dice.of(seed, number, -1).shuffle(kinds);
        for (Kind kind : kinds) {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Scene scene = AerialLayout.build(kind, Dice.of(seed, number, attempt));
                Pair pair = of(words, scene, kind.category());
                if (pair != null) {
                    return pair;
                }
            }
        }
        throw new IllegalStateException(
                "[synth] no scene came up for the words '" + words.label() + "'; seed " + seed + ", index " + index);
    }

    private @Nullable Pair of(WordPair words, Scene scene, String category) {
        List<SceneObject> objects = scene.objects();
        List<Integer> two = numbers(scene, category);
        if (two.size() != 2) {
            return null;
        }
        int a = two.get(0);
        int b = two.get(1);
        for (int anchor : words.anchored() ? anchors(scene, category) : List.of(a)) {
            boolean inOrder = words.tells(objects.get(a), objects.get(b), objects.get(anchor));
            boolean turned = words.tells(objects.get(b), objects.get(a), objects.get(anchor));
            if (!inOrder && !turned) {
                continue;
            }
            int[] ids = SceneRenderer.ids(scene, size);
            boolean[] clear = Visibility.of(scene, ids).clear();
            if (clear[a] && clear[b] && clear[anchor]) {
                SceneRenderer.Picture picture = SceneRenderer.render(scene, size, ids);
                String name = objects.get(anchor).kind().category();
                return new Pair(
                        scene,
                        picture.image(),
                        category,
                        side(scene, picture, inOrder ? a : b, words.sentence(true, category, name)),
                        side(scene, picture, inOrder ? b : a, words.sentence(false, category, name)));
            }
        }
        return null;
    }

    private static Side side(Scene scene, SceneRenderer.Picture picture, int object, String sentence) {
        return new Side(sentence, picture.mask(i -> scene.belongs(i, object)));
    }

    private static List<Integer> numbers(Scene scene, String category) {
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < scene.objects().size(); i++) {
            if (scene.objects().get(i).kind().category().equals(category)) {
                out.add(i);
            }
        }
        return out;
    }

    /** Things of another category of which the scene has one. */
    private static List<Integer> anchors(Scene scene, String category) {
        return DatasetVocabulary.RRSISD.classes().stream()
                .filter(c -> !c.equals(category))
                .map(c -> numbers(scene, c))
                .filter(n -> n.size() == 1)
                .map(List::getFirst)
                .toList();
    }
}
