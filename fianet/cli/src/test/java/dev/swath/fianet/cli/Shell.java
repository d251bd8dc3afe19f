package dev.swath.fianet.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a command line into words as a shell does: at spaces, but not within quotes. */
final class Shell {
    private static final Pattern WORD = Pattern.compile("((?:\"[^\"]*\"|'[^']*'|[^\\s\"'])+)");

    private Shell() {}

    static String[] words(String line) {
        List<String> out = new ArrayList<>();
        Matcher m = WORD.matcher(line);
        while (m.find()) {
            out.add(m.group().replaceAll("[\"']", ""));
        }
        return out.toArray(String[]::new);
    }
}
