package dev.swath.fianet.synth;

import java.util.function.BiPredicate;

/**
 * Two ways to speak of two things of one kind that differ in nothing but a place, a size, or a direction from a third thing. The words are
 * those of RRSIS-D's sentences, the rules those of {@code docs/synthetic-scenes.md}: each is clearly true of one and clearly false of
 * the other.
 */
public enum WordPair {
    /** Either side of the frame. */
    LEFT_RIGHT(Location.LEFT, Location.RIGHT),
    /** Nearer than a sixth of the side to either edge. */
    FAR_LEFT_FAR_RIGHT(Location.FAR_LEFT, Location.FAR_RIGHT),
    /** Upper and lower end of the frame. */
    TOP_BOTTOM(Location.TOP, Location.BOTTOM),
    /** The upper corners. */
    UPPER_LEFT_UPPER_RIGHT(Location.UPPER_LEFT, Location.UPPER_RIGHT),
    /** The lower corners. */
    LOWER_LEFT_LOWER_RIGHT(Location.LOWER_LEFT, Location.LOWER_RIGHT),
    /** The left corners. */
    UPPER_LEFT_LOWER_LEFT(Location.UPPER_LEFT, Location.LOWER_LEFT),
    /** The right corners. */
    UPPER_RIGHT_LOWER_RIGHT(Location.UPPER_RIGHT, Location.LOWER_RIGHT),
    /** Two corners across. */
    UPPER_LEFT_LOWER_RIGHT(Location.UPPER_LEFT, Location.LOWER_RIGHT),
    /** The other two across. */
    UPPER_RIGHT_LOWER_LEFT(Location.UPPER_RIGHT, Location.LOWER_LEFT),
    /** By size. */
    SMALL_LARGE(SizeWord.SMALL, SizeWord.LARGE),
    /** Either side of a third thing. */
    LEFT_OF_RIGHT_OF(Relation.LEFT, Relation.RIGHT),
    /** Above and below a third thing. */
    ABOVE_BELOW(Relation.ABOVE, Relation.BELOW);

    private final String first;
    private final String second;
    private final boolean sized;
    private final boolean anchored;
    private final Test isFirst;
    private final Test isSecond;

    /** Whether words are clearly true of the first thing and clearly false of the second, seen from a third. */
    @FunctionalInterface
    private interface Test {
        boolean holds(SceneObject of, SceneObject notOf, SceneObject anchor);
    }

    WordPair(Location first, Location second) {
        this(
                first.phrase(),
                second.phrase(),
                false,
                false,
                (a, b, c) -> first.clearlyHolds(a) && first.clearlyFails(b),
                (a, b, c) -> second.clearlyHolds(a) && second.clearlyFails(b));
    }

    WordPair(SizeWord first, SizeWord second) {
        this(first.word(), second.word(), true, false, sizes(first), sizes(second));
    }

    WordPair(Relation first, Relation second) {
        this(
                first.phrase(),
                second.phrase(),
                false,
                true,
                (a, b, c) -> first.clearlyHolds(a, c) && first.clearlyFails(b, c),
                (a, b, c) -> second.clearlyHolds(a, c) && second.clearlyFails(b, c));
    }

    WordPair(String first, String second, boolean sized, boolean anchored, Test isFirst, Test isSecond) {
        this.first = first;
        this.second = second;
        this.sized = sized;
        this.anchored = anchored;
        this.isFirst = isFirst;
        this.isSecond = isSecond;
    }

    private static Test sizes(SizeWord size) {
        BiPredicate<SceneObject, SizeWord> is = (o, s) -> o.words().size().equals(s.word());
        return (a, b, c) -> is.test(a, size) && !SizeWord.of(b.words().size()).resembles(size);
    }

    /** Words of the first and the second thing, for people. */
    public String label() {
        return first + " / " + second + (anchored ? " a third thing" : "");
    }

    /** Whether the words need a third thing. */
    boolean anchored() {
        return anchored;
    }

    /** Whether the first words select {@code a} and the second {@code b}; the anchor counts only where one is needed. */
    boolean tells(SceneObject a, SceneObject b, SceneObject anchor) {
        return isFirst.holds(a, b, anchor) && isSecond.holds(b, a, anchor);
    }

    /** The sentence that selects one of the two. */
    String sentence(boolean ofFirst, String category, String anchor) {
        String words = ofFirst ? first : second;
        if (sized) {
            return "The " + words + " " + category;
        }
        return "The " + category + (anchored ? " is " + words + " the " + anchor : " " + words);
    }
}
