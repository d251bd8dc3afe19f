package dev.swath.fianet.synth;

import dev.swath.fianet.synth.SceneObject.Words;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * RRSIS-D's sentences: a thing by its class, its attributes, its place in the frame or its direction from another thing.
 * A sentence is used only if it is clearly true of one object of its class and clearly false of all others.
 */
final class RrsisdSentences {
    private static final int TRIES = 12;

    private final Scene scene;
    private final Dice dice;
    private final List<Integer> named;
    private final boolean[] clear;

    private RrsisdSentences(Scene scene, int[] ids, Dice dice) {
        this.scene = scene;
        this.dice = dice;
        Visibility seen = Visibility.of(scene, ids);
        named = seen.named();
        clear = seen.clear();
    }

    /** A sentence about an object of the category, or null if none fits. */
    static @Nullable Expression choose(Scene scene, int[] ids, String category, Dice dice) {
        return new RrsisdSentences(scene, ids, dice).choose(category);
    }

    private @Nullable Expression choose(String category) {
        List<Integer> targets = new ArrayList<>(named);
        targets.removeIf(i -> !clear[i] || !category(i).equals(category));
        if (targets.isEmpty()) {
            return null;
        }
        int first = dice.weighted(0.45, 0.21, 0.22, 0.12);
        for (int attempt = 0; attempt < TRIES; attempt++) {
            int form = attempt < 4 ? first : dice.weighted(0.45, 0.21, 0.22, 0.12);
            int target = dice.pick(targets);
            String sentence =
                    switch (form) {
                        case 0 -> located(target, Words.NONE);
                        case 1 -> attributed(target);
                        case 2 -> dice.chance(0.12) ? inStadium(target) : related(target);
                        default -> others(target, o -> true).isEmpty() ? subject(target, Words.NONE) : null;
                    };
            if (sentence != null) {
                BitSet objects = new BitSet();
                objects.set(target);
                return new Expression(sentence, category, objects);
            }
        }
        return null;
    }

    private String category(int i) {
        return scene.objects().get(i).kind().category();
    }

    /** Other objects of the same category for which the condition is true. */
    private List<Integer> others(int target, Predicate<SceneObject> condition) {
        return named.stream()
                .filter(i -> i != target
                        && category(i).equals(category(target))
                        && condition.test(scene.objects().get(i)))
                .toList();
    }

    private @Nullable String located(int target, Words words) {
        Location place = place(target, words);
        return place == null ? null : subject(target, words) + " " + place.phrase();
    }

    /** The place that, with the words, tells the target from all others of its category. */
    private @Nullable Location place(int target, Words words) {
        List<Location> places = new ArrayList<>();
        for (Location place : Location.values()) {
            if (place.clearlyHolds(scene.objects().get(target))
                    && others(target, o -> !place.clearlyFails(o) && mayBe(o, words))
                            .isEmpty()) {
                places.add(place);
            }
        }
        return places.isEmpty() ? null : dice.pick(places);
    }

    private @Nullable String attributed(int target) {
        Words words = some(scene.objects().get(target).words());
        if (words.equals(Words.NONE)) {
            return null;
        }
        boolean unique = others(target, o -> mayBe(o, words)).isEmpty();
        return unique && dice.chance(0.75) ? subject(target, words) : located(target, words);
    }

    /** Some of the words, at least one if there are any. */
    private Words some(Words all) {
        for (int attempt = 0; attempt < 8; attempt++) {
            Words w = new Words(
                    dice.chance(0.6) ? all.size() : "",
                    dice.chance(0.6) ? all.colour() : "",
                    dice.chance(0.4) ? all.shape() : "");
            if (!w.equals(Words.NONE)) {
                return w;
            }
        }
        return Words.NONE;
    }

    /** Whether one might say these words of the object. */
    private static boolean mayBe(SceneObject o, Words words) {
        boolean size = words.size().isEmpty() || SizeWord.of(o.words().size()).resembles(SizeWord.of(words.size()));
        boolean colour = words.colour().isEmpty()
                || Colours.parts(words.colour()).stream()
                        .anyMatch(Colours.parts(o.words().colour())::contains);
        boolean shape =
                words.shape().isEmpty() || words.shape().equals(o.words().shape());
        return size && colour && shape;
    }

    private @Nullable String related(int target) {
        SceneObject thing = scene.objects().get(target);
        List<Integer> anchors = new ArrayList<>(named);
        anchors.removeIf(i -> i == target || !clear[i] || scene.belongs(i, target) || scene.belongs(target, i));
        dice.shuffle(anchors);
        for (int anchor : anchors) {
            SceneObject a = scene.objects().get(anchor);
            String name = anchor(anchor);
            if (name == null) {
                continue;
            }
            for (Relation r : Relation.values()) {
                if (r.clearlyHolds(thing, a)
                        && others(target, o -> o != a && !r.clearlyFails(o, a)).isEmpty()) {
                    return subject(target, Words.NONE) + " is " + r.phrase() + " " + name;
                }
            }
        }
        return null;
    }

    private @Nullable String inStadium(int target) {
        int stadium = scene.objects().get(target).parent();
        if (stadium < 0
                || !clear[stadium]
                || !others(target, o -> o.parent() >= 0).isEmpty()) {
            return null;
        }
        Location place = place(stadium, Words.NONE);
        String where = place == null ? "" : " " + place.phrase();
        return place == null && !others(stadium, _ -> true).isEmpty()
                ? null
                : subject(target, Words.NONE) + " is in the stadium" + where;
    }

    /** A name that tells the anchor from all others of its category, or null. */
    private @Nullable String anchor(int i) {
        Words words = dice.chance(0.5) ? some(scene.objects().get(i).words()) : Words.NONE;
        String name = "the " + noun(i, words);
        if (others(i, o -> mayBe(o, words)).isEmpty() && dice.chance(0.7)) {
            return name;
        }
        Location place = place(i, words);
        return place == null ? null : name + " " + place.phrase();
    }

    private String subject(int target, Words words) {
        return (dice.chance(0.55) ? "The " : "A ") + noun(target, words);
    }

    private String noun(int i, Words w) {
        List<String> parts = new ArrayList<>();
        boolean shapeFirst = w.shape().startsWith("frustum") ? dice.chance(0.5) : dice.chance(0.3);
        if (shapeFirst) {
            parts.add(w.shape());
        }
        if (dice.chance(0.75)) {
            parts.add(w.size());
            parts.add(w.colour());
        } else {
            parts.add(w.colour());
            parts.add(w.size());
        }
        if (!shapeFirst) {
            parts.add(w.shape());
        }
        parts.add(category(i));
        parts.removeIf(String::isEmpty);
        return String.join(" ", parts);
    }
}
