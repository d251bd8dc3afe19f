package dev.swath.fianet.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Words in the manner of the Penn treebank, as NLTK's {@code word_tokenize} gives them for one sentence: punctuation and
 * brackets on their own, contractions split, hyphens and slashes kept, case kept.
 */
public final class WordTokenizer {
    private record Rule(Pattern pattern, String replacement) {
        static Rule of(String pattern, String replacement) {
            return new Rule(Pattern.compile(pattern), replacement);
        }
    }

    private static final List<Rule> OPENING = List.of(
            Rule.of("([\u00AB\u201C\u2018\u201E]|[`]+)", " $1 "),
            Rule.of("^\"", "``"),
            Rule.of("(``)", " $1 "),
            Rule.of("([ (\\[{<])(\"|'{2})", "$1 `` "),
            Rule.of("(?i)(')(?!re|ve|ll|m|t|s|d|n)(\\w)\\b", "$1 $2"));

    private static final List<Rule> PUNCTUATION = List.of(
            Rule.of("([^\\.])(\\.)([\\]\\)}>\"'\u00BB\u201D\u2019 ]*)\\s*$", "$1 $2 $3 "),
            Rule.of("([:,])([^\\d])", " $1 $2"),
            Rule.of("([:,])$", " $1 "),
            Rule.of("\\.{2,}", " $0 "),
            Rule.of("[;@#$%&]", " $0 "),
            Rule.of("([^\\.])(\\.)([\\]\\)}>\"']*)\\s*$", "$1 $2$3 "),
            Rule.of("[?!]", " $0 "),
            Rule.of("([^'])'\\s", "$1 ' "),
            Rule.of("[*]", " $0 "),
            Rule.of("[\\]\\[\\(\\)\\{\\}\\<\\>]", " $0 "),
            Rule.of("--", " -- "));

    private static final List<Rule> CLOSING = List.of(
            Rule.of("([\u00BB\u201D\u2019])", " $1 "),
            Rule.of("''", " '' "),
            Rule.of("\"", " '' "),
            Rule.of("\\s+", " "),
            Rule.of("([^' ])('[sS]|'[mM]|'[dD]|') ", "$1 $2 "),
            Rule.of("([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", "$1 $2 "),
            Rule.of("(?i)\\b(can)(not)\\b", " $1 $2 "),
            Rule.of("(?i)\\b(d)('ye)\\b", " $1 $2 "),
            Rule.of("(?i)\\b(gim|lem)(me)\\b", " $1 $2 "),
            Rule.of("(?i)\\b(gon|wan)(na)\\b", " $1 $2 "),
            Rule.of("(?i)\\b(got)(ta)\\b", " $1 $2 "),
            Rule.of("(?i)\\b(more)('n)\\b", " $1 $2 "),
            Rule.of("(?i) ('t)(is|was)\\b", " $1 $2 "));

    private WordTokenizer() {}

    /** The words of the sentence with their places. */
    public static List<Word> words(String sentence) {
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
        List<Word> out = new ArrayList<>();
        int at = 0;
        for (String token : text.strip().split("\\s+")) {
            if (!token.isEmpty()) {
                Word word = locate(sentence, token, at);
                out.add(word);
                at = word.end();
            }
        }
        return out;
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
