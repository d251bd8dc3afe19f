package dev.swath.tokenizer;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A vocabulary or an argument breaks a rule; the message is one sentence. */
public final class TokenizerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int MAX_SENTENCE = 1200;

    /** Characters that a terminal acts on, or that are not seen. */
    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cntrl}\\u0080-\\u009f\\u2028\\u2029\\p{Cf}]");

    /** With the whole sentence; what it quotes stays on one line, without control characters, and is cut if it is long. */
    public TokenizerException(String message) {
        super(shown(message));
    }

    private static String shown(String message) {
        String start = message.length() > MAX_SENTENCE ? message.substring(0, MAX_SENTENCE) + "..." : message;
        return UNSEEN.matcher(start).replaceAll(found -> found.group()
                .chars()
                .mapToObj(c -> String.format("\\\\u%04x", c))
                .collect(Collectors.joining()));
    }
}
