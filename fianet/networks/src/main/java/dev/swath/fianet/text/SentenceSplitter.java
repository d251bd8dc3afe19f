package dev.swath.fianet.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Cuts a text into sentences before its words are sought, by the decisions of Punkt (Kiss and Strunk, "Unsupervised
 * multilingual sentence boundary detection", 2006) with the abbreviations and sentence starters of its English parameters; what
 * these know of how each word is usually written is left aside. A question or exclamation mark ends a sentence. A period does
 * unless it belongs to an abbreviation, an initial, an ellipsis, or a number before a small letter. White space must be plain
 * spaces.
 */
final class SentenceSplitter {
    /**
     * A sentence.
     *
     * @param from its first char
     * @param to the char behind it
     */
    record Span(int from, int to) {}

    /** Words, written small and without their last period, that a period does not end: those that Punkt found in English. */
    private static final Set<String> ABBREVIATIONS = words("""
            adm ala ariz aug ave bros calif chg cie co col colo conn corp cos ct dec dr feb fla fri ft ga gen
            ill inc jan jr kan ky lt ltd maj messrs mg mich minn mr mrs ms nev nov oct ok okla ore pa prof rep
            reps sen sep sept sr st sw tenn tues va vs vt wash wed wis yr
            c d e f g h k l m n p r s t v w
            a.a a.c a.d a.g a.h a.m a.m.e a.s a.t b.f b.v c.i.t c.o.m.b c.v d.c d.h d.w e.f e.h e.l e.m f.g f.j
            g.d g.f g.k h.c h.f h.m i.m.s j.b j.c j.j j.k j.p j.r l.a l.f l.p m.b.a m.d.c m.j n.c n.d n.h n.j
            n.m n.v n.y p.a.m p.m ph.d r.a r.h r.i r.j r.k r.t s.a s.a.y s.c s.g s.p.a s.s t.j u.k u.n u.s u.s.a
            u.s.s.r w.c w.r w.va w.w""");

    /** Words that, written large behind an abbreviation, begin a sentence all the same. */
    private static final Set<String> STARTERS = words("""
            according although among both but despite even he however i if in indeed instead it many meanwhile
            moreover most nevertheless nonetheless nor sales separately similarly since so some the there these
            they this though thus under when while yet""");

    private static final Pattern NUMBER = Pattern.compile("-?[.,]?\\p{Nd}[\\p{Nd},.-]*");
    /** Signs that stand apart from the word before them. */
    private static final String APART = ")\";}]*:@'({[!?";
    /** Signs that no word begins with. */
    private static final String NO_BEGINNING = "(\"`{[:;&#*@)}]-,";

    private static final String CLOSING = "\"')]}";
    private static final Set<String> MARKS = Set.of(";", ":", ",", ".", "!", "?");

    private SentenceSplitter() {}

    /** The sentences in their order, without the spaces around them. */
    static List<Span> sentences(String text) {
        List<Span> out = new ArrayList<>();
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        int from = skipSpaces(text, 0, end);
        for (int begin = from; begin < end; ) {
            int behind = wordEnd(text, begin, end);
            int next = skipSpaces(text, behind, end);
            int mark = lastMark(text, begin, behind, next < end);
            if (mark >= 0 && ends(text, begin, mark, behind, end)) {
                int to = mark + 1;
                int following = skipSpaces(text, to, end);
                int closed = following;
                while (closed < end && CLOSING.indexOf(text.charAt(closed)) >= 0) {
                    closed++;
                }
                // Quotes and brackets that close behind the mark belong to the sentence that it ends.
                if (closed > following
                        && (closed == end || text.charAt(closed) == ' ' || text.startsWith("--", closed))) {
                    to = closed;
                    following = skipSpaces(text, closed, end);
                }
                out.add(new Span(from, to));
                from = following;
                next = Math.max(next, from);
            }
            begin = next;
        }
        if (from < end) {
            out.add(new Span(from, end));
        }
        return out;
    }

    private static int skipSpaces(String text, int at, int end) {
        int i = at;
        while (i < end && text.charAt(i) == ' ') {
            i++;
        }
        return i;
    }

    /** The last mark from {@code begin} to {@code behind} before a space or a sign that stands apart; -1 if none is. */
    private static int lastMark(String text, int begin, int behind, boolean more) {
        for (int i = behind - 1; i >= begin; i--) {
            if (".?!".indexOf(text.charAt(i)) >= 0
                    && (i + 1 < behind ? APART.indexOf(text.charAt(i + 1)) >= 0 : more)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Whether a sentence ends among the words from {@code begin} to the mark and all but the last of those that follow it: as
     * with Punkt, what follows is the whole of the next characters without a space, or the one sign that touches the mark.
     */
    private static boolean ends(String text, int begin, int mark, int behind, int end) {
        List<String> parts = parts(text, begin, mark + 1);
        if (mark + 1 < behind) {
            parts.add(text.substring(mark + 1, mark + 2));
        } else {
            int next = skipSpaces(text, behind, end);
            parts.addAll(parts(text, next, wordEnd(text, next, end)));
        }
        for (int i = 0; i + 1 < parts.size(); i++) {
            if (ends(parts.get(i), parts.get(i + 1))) {
                return true;
            }
        }
        return false;
    }

    private static List<String> parts(String text, int from, int to) {
        List<String> out = new ArrayList<>();
        for (int at = from; at < to; ) {
            int behind = partEnd(text, at, to);
            out.add(text.substring(at, behind));
            at = behind;
        }
        return out;
    }

    private static int wordEnd(String text, int at, int end) {
        int i = at;
        while (i < end && text.charAt(i) != ' ') {
            i++;
        }
        return i;
    }

    /** Where the word or sign that begins at {@code at} ends. */
    private static int partEnd(String text, int at, int end) {
        int several = severalEnd(text, at, end);
        if (several > at) {
            return several;
        }
        int i = at + 1;
        if (NO_BEGINNING.indexOf(text.charAt(at)) < 0) {
            while (i < end && !endsBefore(text, i, end)) {
                i++;
            }
        }
        return i;
    }

    /** Behind two or more hyphens or periods, or {@code at} if there are none. */
    private static int severalEnd(String text, int at, int end) {
        char c = text.charAt(at);
        int i = at;
        while ((c == '-' || c == '.') && i < end && text.charAt(i) == c) {
            i++;
        }
        return i >= at + 2 ? i : at;
    }

    private static boolean endsBefore(String text, int i, int end) {
        char c = text.charAt(i);
        return c == ' '
                || APART.indexOf(c) >= 0
                || severalEnd(text, i, end) > i
                || (c == ',' && (i + 1 == end || endsBefore(text, i + 1, end) && text.charAt(i + 1) != ','));
    }

    /** Whether a word or sign ends a sentence if that one follows. */
    private static boolean ends(String part, String next) {
        if (part.equals(".") || part.equals("?") || part.equals("!")) {
            return true;
        }
        if (!part.endsWith(".")) {
            return false;
        }
        if (part.endsWith("..")) {
            return starts(next);
        }
        String word = part.substring(0, part.length() - 1);
        int first = next.codePointAt(0);
        String small = word.toLowerCase(Locale.ROOT);
        boolean abbreviated = ABBREVIATIONS.contains(small.substring(small.lastIndexOf('-') + 1));
        if (word.codePointCount(0, word.length()) == 1 && isInitial(word.codePointAt(0))) {
            boolean letter = Character.isUpperCase(first) || Character.isLowerCase(first);
            return letter ? starts(next) : !abbreviated && !MARKS.contains(next);
        }
        if (NUMBER.matcher(word).matches()) {
            return !Character.isLowerCase(first) && !MARKS.contains(next);
        }
        return !abbreviated || starts(next);
    }

    private static Set<String> words(String text) {
        return Set.of(text.strip().split("\\s+"));
    }

    private static boolean isInitial(int c) {
        return Character.isLetter(c) || c == '_';
    }

    /** Whether this is a word that usually begins a sentence, written large. */
    private static boolean starts(String word) {
        return Character.isUpperCase(word.codePointAt(0)) && STARTERS.contains(word.toLowerCase(Locale.ROOT));
    }
}
