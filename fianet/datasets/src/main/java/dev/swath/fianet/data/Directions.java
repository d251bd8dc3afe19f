package dev.swath.fianet.data;

import dev.swath.fianet.text.Spaces;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Re-words a sentence so that it stays true of a turned image. Known are the phrases that RRSIS-D is made of: places in the
 * image ("on the left", "on the far right", "on the top", "at the bottom", "on the upper left"), with or without "of the
 * image", and relations ("above", "below", "on the left of", "on the lower right of"). Any other word that tells a direction
 * makes the sentence unsafe to turn.
 */
final class Directions {
    private static final Pattern WORD = Pattern.compile("\\p{L}+");

    /** Words that tell a direction; outside the known phrases nobody can say what they would become. */
    private static final Set<String> DIRECTION_WORDS = Set.of(
            "left",
            "right",
            "top",
            "bottom",
            "upper",
            "lower",
            "above",
            "below",
            "beneath",
            "under",
            "underneath",
            "over",
            "up",
            "down",
            "upward",
            "upwards",
            "downward",
            "downwards",
            "upside",
            "leftmost",
            "rightmost",
            "topmost",
            "bottommost",
            "uppermost",
            "lowermost",
            "leftward",
            "rightward",
            "leftwards",
            "rightwards",
            "north",
            "south",
            "east",
            "west",
            "northern",
            "southern",
            "eastern",
            "western",
            "northeast",
            "northwest",
            "southeast",
            "southwest",
            "horizontal",
            "horizontally",
            "vertical",
            "vertically",
            "clockwise",
            "front",
            "behind",
            "back",
            "higher",
            "highest",
            "lowest",
            "row",
            "column",
            "side",
            "corner");

    private static final String ARTICLE = "(?= (?:the|a|an|another) )";
    private static final String IMAGE = " of the (?:image|picture|photo|scene)\\b";
    /** What may follow a place: nothing, a stop, the verb, or the image that it is a place in. */
    private static final String AFTER_PLACE = "(?=$|[.,;]|\\s*$| is |" + IMAGE + ")";

    private static final Pattern PHRASE = Pattern.compile(
            "\\b(?:"
                    + "(?<place>on the (?:far )?(?:left|right)|on the top|at the bottom|on the (?:upper|lower) (?:left|right))"
                    + AFTER_PLACE
                    + "|(?<relation>above|below|on the (?:(?:upper|lower) )?(?:left|right) of(?! the (?:image|picture|photo|scene)\\b))"
                    + ARTICLE + ")",
            Pattern.UNICODE_CHARACTER_CLASS);

    /** By 3 * (y + 1) + x + 1. */
    private static final Map<Integer, String> PLACES = Map.of(
            0, "on the upper left",
            1, "on the top",
            2, "on the upper right",
            3, "on the left",
            5, "on the right",
            6, "on the lower left",
            7, "at the bottom",
            8, "on the lower right");

    private static final String FAR = "far ";

    private Directions() {}

    /** The sentence for the turned image, or nothing if it cannot be re-worded safely. */
    static Optional<String> reword(String given, Turn turn) {
        String sentence = Spaces.plain(given);
        StringBuilder out = new StringBuilder();
        StringBuilder rest = new StringBuilder();
        Matcher m = PHRASE.matcher(sentence);
        int end = 0;
        while (m.find()) {
            Optional<String> phrase = m.group("place") != null
                    ? place(m.group("place"), turn)
                    : Optional.of(relation(m.group("relation"), turn));
            if (phrase.isEmpty()) {
                return Optional.empty();
            }
            String between = sentence.substring(end, m.start());
            out.append(between).append(phrase.get());
            rest.append(between).append(' ');
            end = m.end();
        }
        out.append(sentence.substring(end));
        rest.append(sentence.substring(end));
        boolean told = WORD.matcher(rest.toString().toLowerCase(Locale.ROOT))
                .results()
                .anyMatch(w -> DIRECTION_WORDS.contains(w.group()));
        return told && turn != Turn.NONE ? Optional.empty() : Optional.of(out.toString());
    }

    /** "far" is said of left and right only. */
    private static Optional<String> place(String phrase, Turn turn) {
        boolean far = phrase.contains(FAR);
        String turned = PLACES.get(turned(phrase, turn));
        if (!far) {
            return Optional.of(turned);
        }
        return turned.endsWith("left") || turned.endsWith("right")
                ? Optional.of(turned.replace("on the ", "on the " + FAR))
                : Optional.empty();
    }

    private static String relation(String phrase, Turn turn) {
        int to = turned(phrase, turn);
        return switch (to) {
            case 1 -> "above";
            case 7 -> "below";
            default -> PLACES.get(to) + " of";
        };
    }

    private static int turned(String phrase, Turn turn) {
        int x = phrase.contains("left") ? -1 : phrase.contains("right") ? 1 : 0;
        boolean up = phrase.contains("upper") || phrase.contains("top") || phrase.contains("above");
        boolean down = phrase.contains("lower") || phrase.contains("bottom") || phrase.contains("below");
        int y = up ? -1 : down ? 1 : 0;
        return 3 * (turn.y(x, y) + 1) + turn.x(x, y) + 1;
    }
}
