package dev.swath.fianet.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the phrases that say where something is. Three patterns of tags, each applied from left to right to what the ones
 * before left over: IN DT? JJ? NN, IN DT? JJ? JJ, IN DT? JJ VBD, where JJ is any tag that begins so.
 */
public final class Chunker {
    /**
     * A phrase.
     *
     * @param from first word
     * @param to behind the last word
     */
    public record Chunk(int from, int to) {}

    private record Element(String tag, boolean prefix, boolean optional) {
        boolean matches(String other) {
            return prefix ? other.startsWith(tag) : other.equals(tag);
        }
    }

    private static final Element IN = new Element("IN", false, false);
    private static final Element DT = new Element("DT", false, true);
    private static final Element MAYBE_JJ = new Element("JJ", true, true);
    private static final Element ANY_JJ = new Element("JJ", true, false);

    private static final List<List<Element>> PATTERNS = List.of(
            List.of(IN, DT, MAYBE_JJ, new Element("NN", false, false)),
            List.of(IN, DT, MAYBE_JJ, new Element("JJ", false, false)),
            List.of(IN, DT, ANY_JJ, new Element("VBD", false, false)));

    private Chunker() {}

    /** The phrases in the order of the sentence. */
    public static List<Chunk> chunks(List<String> tags) {
        boolean[] taken = new boolean[tags.size()];
        List<Chunk> out = new ArrayList<>();
        for (List<Element> pattern : PATTERNS) {
            for (int i = 0; i < tags.size(); i++) {
                int end = match(pattern, 0, tags, i, taken);
                if (end > i) {
                    out.add(new Chunk(i, end));
                    for (int j = i; j < end; j++) {
                        taken[j] = true;
                    }
                    i = end - 1;
                }
            }
        }
        out.sort(Comparator.comparingInt(Chunk::from));
        return out;
    }

    /** Where the pattern from {@code element} on ends if it begins at {@code at}, optional elements taken first; or -1. */
    private static int match(List<Element> pattern, int element, List<String> tags, int at, boolean[] taken) {
        if (element == pattern.size()) {
            return at;
        }
        Element e = pattern.get(element);
        if (at < tags.size() && !taken[at] && e.matches(tags.get(at))) {
            int end = match(pattern, element + 1, tags, at + 1, taken);
            if (end >= 0) {
                return end;
            }
        }
        return e.optional ? match(pattern, element + 1, tags, at, taken) : -1;
    }
}
