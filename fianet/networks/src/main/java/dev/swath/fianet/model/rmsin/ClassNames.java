package dev.swath.fianet.model.rmsin;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What counts as the name of a class and not as a sentence: one to four words of letters, digits, hyphens and apostrophes, with
 * at most a full stop behind them, none of which is an article, a preposition or another word that joins. "storage tank" and "ground
 * track field" are names of classes, "the storage tank" and "tank on the left" are sentences.
 */
final class ClassNames {
    private static final int MOST_WORDS = 4;
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}'-]*");
    private static final Set<String> JOINING = Set.of(
            "a", "an", "the", "this", "that", "these", "those", "all", "every", "each", "any", "both", "and", "or",
            "with", "without", "of", "in", "on", "at", "to", "from", "by", "near", "next", "beside", "between",
            "behind", "before", "above", "below", "under", "over", "around", "along", "across", "against", "inside",
            "outside", "into", "onto", "towards", "through", "is", "are", "was", "were", "has", "have", "which", "who",
            "whose", "where", "there");

    private ClassNames() {}

    /** "[class] in the image" for the name of a class, else the sentence as it is. */
    static String prompt(String sentence) {
        List<String> words =
                Arrays.asList(sentence.strip().replaceFirst("\\.$", "").split("\\s+"));
        boolean name = words.size() <= MOST_WORDS
                && words.stream()
                        .allMatch(w -> WORD.matcher(w).matches() && !JOINING.contains(w.toLowerCase(Locale.ROOT)));
        return name ? String.join(" ", words) + " in the image" : sentence;
    }
}
