package dev.swath.fianet.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Words in the manner of the Penn treebank, as NLTK's {@code word_tokenize} gives them: punctuation and brackets on their
 * own, contractions split, hyphens and slashes kept, case kept, and the period that ends a sentence apart, also within the
 * text. White space, letters and digits are Unicode's, as in Python.
 */
public final class WordTokenizer {
    private record Rule(Pattern pattern, String replacement) {
        /** A rule whose {@code \w}, {@code \b} and letters without case are those of Python. */
        static Rule of(String pattern, String replacement) {
            String unicode = pattern.replace("\\b", EDGE).replace("\\w", LETTER).replace("\\d", "\\p{Nd}");
            return new Rule(Pattern.compile(unicode, Pattern.UNICODE_CASE), replacement);
        }
    }

    /**
     * What Python's {@code \w} matches. Looking back, Java steps over both halves of a letter beyond the first 65536 characters only if a
     * pattern names one, so one of them is named besides.
     */
    private static final String LETTER = "[\\p{L}\\p{N}_\uD801\uDC37]";

    private static final String EDGE =
            "(?:(?<=" + LETTER + ")(?!" + LETTER + ")|(?<!" + LETTER + ")(?=" + LETTER + "))";

    private static final List<Rule> OPENING = List.of(
            Rule.of("([\u00AB\u201C\u2018\u201E]|[`]+)", " $1 "),
            Rule.of("^\"", "``"),
            Rule.of("(``)", " $1 "),
            Rule.of("([ (\\[{<])(\"|'{2})", "$1 `` "),
            Rule.of("(?i)(')(?!re|ve|ll|m|t|s|d|n)(\\w)\\b", "$1 $2"));

    private static final List<Rule> PUNCTUATION = List.of(
            Rule.of("([^\\.])(\\.)([\\]\\)}>\"'\u00BB\u201D\u2019 ]*+)$", "$1 $2 $3 "),
            Rule.of("([:,])([^\\d])", " $1 $2"),
            Rule.of("([:,])$", " $1 "),
            Rule.of("\\.{2,}", " $0 "),
            Rule.of("[;@#$%&]", " $0 "),
            Rule.of("([^\\.])(\\.)([\\]\\)}>\"']*+) *+$", "$1 $2$3 "),
            Rule.of("[?!]", " $0 "),
            Rule.of("([^'])' ", "$1 ' "),
            Rule.of("[*]", " $0 "),
            Rule.of("[\\]\\[\\(\\)\\{\\}\\<\\>]", " $0 "),
            Rule.of("--", " -- "));

    private static final List<Rule> CLOSING = List.of(
            Rule.of("([\u00BB\u201D\u2019])", " $1 "),
            Rule.of("''", " '' "),
            Rule.of("\"", " '' "),
            Rule.of(" +", " "),
            Rule.of("([^' ])('[sS]|'[mM]|'[dD]|') ", "$1 $2 "),
            Rule.of("([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", "$1 $2 "),
            Rule.of("(?i)\\b(can)(not)\\b", " $1 $2 "),
            Rule.of("(?i)\\b(d)('ye)\\b", " $1 $2 "),
            Rule.of("(?i)\\b(gim|lem)(me)\\b", " $1 $2 "),
            Rule.of("(?i)\\b(gon)(na)\\b", " $1 $2 "),
            Rule.of("(?i)\\b(got)(ta)\\b", " $1 $2 "),
            Rule.of("(?i)\\b(more)('n)\\b", " $1 $2 "),
            Rule.of("(?i)\\b(wan)(na)(?= )", " $1 $2 "),
            Rule.of("(?i) ('t)(is|was)\\b", " $1 $2 "));

    private WordTokenizer() {}

    /** The words of the text, sentence by sentence, with their places. */
    public static List<Word> words(String text) {
        String plain = Spaces.plain(text);
        List<Word> out = new ArrayList<>();
        for (SentenceSplitter.Span span : SentenceSplitter.sentences(plain)) {
            int at = span.from();
            for (String token : tokens(plain.substring(span.from(), span.to()))) {
                Word word = locate(plain, token, at);
                out.add(word);
                at = word.end();
            }
        }
        return out;
    }

    /** The words of one sentence, whose white space is plain spaces. */
    private static List<String> tokens(String sentence) {
        String text = sentence;
        for (Rule r : OPENING) {
            text = r.pattern.matcher(text).replaceAll(r.replacement);
        }
        for (Rule r : PUNCTUATION) {
            text = r.pattern.matcher(text).replaceAll(r.replacement);
        }
        text = " " + text + " ";
        for (Rule r : CLOSING) {
            text = r.pattern.matcher(text).replaceAll(r.replacement);
        }
        return Stream.of(text.split(" ")).filter(t -> !t.isEmpty()).toList();
    }

    private static Word locate(String sentence, String token, int from) {
        int start = sentence.indexOf(token, from);
        int length = token.length();
        if (token.equals("``") || token.equals("''")) {
            int quote = sentence.indexOf('"', from);
            if (quote >= 0 && (start < 0 || quote < start)) {
                start = quote;
                length = 1;
            }
        }
        return start < 0 ? new Word(token, from, from) : new Word(token, start, start + length);
    }
}
