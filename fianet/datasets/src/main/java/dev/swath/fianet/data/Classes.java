package dev.swath.fianet.data;

import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.fianet.text.Spaces;
import java.util.Locale;
import java.util.Optional;

/** Which class of a data set is meant: by a sentence, or by another spelling of its name. */
final class Classes {
    private Classes() {}

    /**
     * The class that a sentence names first, the longest of those that begin there; a plural "s" may follow it, and hyphens may stand
     * between its words, as in many sentences of RISBench ("the storage-tank").
     */
    static Optional<String> firstNamed(String sentence, DatasetVocabulary vocabulary) {
        String text = Spaces.plain(sentence).toLowerCase(Locale.ROOT).replace('-', ' ');
        String best = null;
        int bestAt = Integer.MAX_VALUE;
        for (String name : vocabulary.names()) {
            int at = find(text, name);
            boolean better = at >= 0 && (at < bestAt || at == bestAt && best != null && name.length() > best.length());
            if (better) {
                best = name;
                bestAt = at;
            }
        }
        return Optional.ofNullable(best).map(name -> vocabulary.otherNames().getOrDefault(name, name));
    }

    private static int find(String text, String name) {
        for (int at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
            int end = at + name.length();
            if (end < text.length() && text.charAt(end) == 's') {
                end++;
            }
            boolean begins = at == 0 || !Character.isLetterOrDigit(text.codePointBefore(at));
            boolean ends = end == text.length() || !Character.isLetterOrDigit(text.codePointAt(end));
            if (begins && ends) {
                return at;
            }
        }
        return -1;
    }

    /** The class whose name has the same letters, as "Expressway-Service-area" and "expressway service area" have. */
    static Optional<String> spelled(String name, DatasetVocabulary vocabulary) {
        String wanted = letters(name);
        return vocabulary.classes().stream()
                .filter(c -> letters(c).equals(wanted))
                .findFirst();
    }

    private static String letters(String s) {
        return s.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    }
}
