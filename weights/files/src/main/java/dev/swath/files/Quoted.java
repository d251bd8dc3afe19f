package dev.swath.files;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What comes from a file, a folder or a user, made fit to stand in a message: on one line, without characters that steer
 * a terminal or turn the direction of writing, and cut at a stated length. The work goes by what is shown, not by what is
 * given, so a name of a gigabyte costs no more than one of a hundred letters.
 */
public final class Quoted {
    /** Characters of a name, key or value in a message. */
    public static final int MAX_TEXT = 120;

    /** Characters of a path in a message. */
    public static final int MAX_PATH = 400;

    /** Characters of a whole rule, the path apart. */
    public static final int MAX_RULE = 600;

    /** Characters of a whole sentence with a path and a rule in it. */
    public static final int MAX_SENTENCE = MAX_PATH + MAX_RULE + 200;

    /** Names that a list in a message spells out. */
    public static final int MAX_LISTED = 8;

    private static final String CUT = "...";

    private Quoted() {}

    /** A name, key or value: at most {@link #MAX_TEXT} characters, then "..."; null is "null". */
    public static String text(@Nullable CharSequence text) {
        return head(text == null ? "null" : text, MAX_TEXT);
    }

    /** A whole rule: at most {@link #MAX_RULE} characters, then "...". */
    public static String rule(@Nullable CharSequence rule) {
        return head(rule == null ? "null" : rule, MAX_RULE);
    }

    /** A whole sentence: at most {@link #MAX_SENTENCE} characters, then "...". */
    public static String sentence(@Nullable CharSequence sentence) {
        return head(sentence == null ? "null" : sentence, MAX_SENTENCE);
    }

    /** A path: at most {@link #MAX_PATH} characters; of a longer one the middle is left out, so that its end can be seen. */
    public static String path(Path path) {
        String text = path.toString();
        if (text.length() <= MAX_PATH) {
            String escaped = head(text, MAX_PATH);
            if (!escaped.endsWith(CUT) || text.endsWith(CUT)) {
                return escaped;
            }
        }
        int half = (MAX_PATH - CUT.length()) / 2;
        String beginning = head(text, half);
        return (beginning.endsWith(CUT) ? beginning : beginning + CUT) + tail(text, half);
    }

    /** The first {@link #MAX_LISTED} names, each as {@link #text} shows it, and how many more there are: "a, b and 3 more". */
    public static String list(Iterable<? extends @Nullable CharSequence> names) {
        StringBuilder out = new StringBuilder();
        long more = 0;
        int listed = 0;
        for (Iterator<? extends @Nullable CharSequence> all = names.iterator(); all.hasNext(); ) {
            CharSequence name = all.next();
            if (listed < MAX_LISTED) {
                out.append(listed++ == 0 ? "" : ", ").append(text(name));
            } else {
                more++;
            }
        }
        return more == 0
                ? out.toString()
                : out.append(" and ").append(more).append(" more").toString();
    }

    private static String head(CharSequence text, int limit) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), limit) + CUT.length());
        for (int i = 0; i < text.length(); ) {
            int point = Character.codePointAt(text, i);
            i += Character.charCount(point);
            int before = out.length();
            append(out, point);
            if (out.length() > limit) {
                out.setLength(before);
                return out.append(CUT).toString();
            }
        }
        return out.toString();
    }

    private static String tail(String text, int limit) {
        int from = text.length();
        StringBuilder one = new StringBuilder();
        for (int length = 0; from > 0; ) {
            int point = text.codePointBefore(from);
            one.setLength(0);
            append(one, point);
            length += one.length();
            if (length > limit) {
                break;
            }
            from -= Character.charCount(point);
        }
        StringBuilder out = new StringBuilder();
        text.substring(from).codePoints().forEach(point -> append(out, point));
        return out.toString();
    }

    private static void append(StringBuilder out, int point) {
        switch (point) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (isShown(point)) {
                    out.appendCodePoint(point);
                } else {
                    String form = point > 0xffff ? "\\U%08x" : "\\u%04x";
                    out.append(String.format(Locale.ROOT, form, point));
                }
            }
        }
    }

    /** Not controls, marks of direction and other invisible signs, line ends of Unicode, halves of pairs, nor noncharacters. */
    private static boolean isShown(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
