package dev.swath.fianet.synth;

import dev.swath.fianet.data.Mask;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.DatasetVocabulary;
import java.util.BitSet;
import java.util.List;

/**
 * An endless series of scenes, each with a picture, a sentence and the mask of what the sentence selects. Triplet i
 * depends on the format, the seed, the size and i alone. Safe for use by many threads at once.
 *
 * @param format whose classes and sentences apply
 * @param seed of the series
 * @param size side of the pictures in pixels
 */
public record SyntheticScenes(DatasetVocabulary format, long seed, int size) {
    /** Whose scenes can be drawn. */
    public static final List<DatasetVocabulary> FORMATS = List.of(DatasetVocabulary.REFSEGRS, DatasetVocabulary.RRSISD);

    /** Smallest side on which the smallest things that sentences speak of can still be seen. */
    public static final int MIN_SIZE = 64;

    /** Largest side. */
    public static final int MAX_SIZE = 4096;

    /** Goes up whenever the same seed gives other scenes than before. */
    public static final int VERSION = 1;

    private static final int MAX_ATTEMPTS = 200;

    /** Checks. */
    public SyntheticScenes {
        if (!FORMATS.contains(format)) {
            throw new IllegalArgumentException("[synth] the format must be one of " + FORMATS + "; got " + format);
        }
        if (size < MIN_SIZE || size > MAX_SIZE) {
            throw new IllegalArgumentException(
                    "[synth] the size must be from " + MIN_SIZE + " to " + MAX_SIZE + " pixels; got " + size);
        }
    }

    /**
     * One triplet.
     *
     * @param scene all that is in the picture
     * @param image the picture
     * @param sentence what is sought
     * @param category RRSIS-D's category of the object, or the class that RefSegRS's sentence names first
     * @param objects numbers in the scene's list of the objects that the sentence selects, parts not counted
     * @param mask their visible pixels
     */
    public record Triplet(Scene scene, RgbImage image, String sentence, String category, BitSet objects, Mask mask) {}

    /**
     * What is said of a scene.
     *
     * @param sentence what is sought
     * @param category as in {@link Triplet}
     */
    public record Words(String sentence, String category) {}

    private record Draft(Scene scene, int[] ids, Expression expression) {}

    /** Triplet {@code index}, from 0. */
    public Triplet triplet(long index) {
        Draft d = draft(index);
        Expression e = d.expression();
        SceneRenderer.Picture picture = SceneRenderer.render(d.scene(), size, d.ids());
        Mask mask = picture.mask(i -> d.scene().selected(i, e.objects()));
        return new Triplet(d.scene(), picture.image(), e.sentence(), e.category(), e.objects(), mask);
    }

    /** Sentence and category of triplet {@code index}, without its picture. */
    public Words words(long index) {
        Expression e = draft(index).expression();
        return new Words(e.sentence(), e.category());
    }

    /** A scene that has nothing clear to say is thrown away and the next attempt taken. */
    private Draft draft(long index) {
        // The class is drawn before the attempts, so that classes that fail more often are not rarer.
        Kind main = Dice.of(seed, index, -1).pick(AerialLayout.MAIN);
        boolean street = format == DatasetVocabulary.REFSEGRS;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Dice dice = Dice.of(seed, index, attempt);
            Scene scene = street ? UrbanLayout.build(dice) : AerialLayout.build(main, dice);
            int[] ids = SceneRenderer.ids(scene, size);
            Expression e = street
                    ? RefSegRsSentences.choose(scene, ids, dice)
                    : RrsisdSentences.choose(scene, ids, main.category(), dice);
            if (e != null) {
                return new Draft(scene, ids, e);
            }
        }
        throw new IllegalStateException("[synth] no scene with a clear sentence came up in " + MAX_ATTEMPTS
                + " attempts; seed " + seed + ", index " + index);
    }
}
