package dev.swath.fianet.text;

/**
 * White space as Python's {@code str.split} and {@code \s} know it: the 29 characters that Unicode calls so, of which the
 * no-break space is one, and the four separators U+001C to U+001F. All of them are single chars.
 */
public final class Spaces {
    private Spaces() {}

    /** Whether the char is white space. */
    public static boolean isSpace(int c) {
        return (c >= 9 && c <= 13)
                || (c >= 0x1C && c <= 0x20)
                || c == 0x85
                || c == 0xA0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    /** Whether there is nothing but white space. */
    public static boolean isBlank(String text) {
        return text.chars().allMatch(Spaces::isSpace);
    }

    /** The text without the white space at its ends. */
    public static String strip(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isSpace(text.charAt(from))) {
            from++;
        }
        while (to > from && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** The same with a plain space in place of each white space; every other char keeps its place. */
    public static String plain(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(isSpace(c) ? ' ' : c);
        }
        return out.toString();
    }
}
