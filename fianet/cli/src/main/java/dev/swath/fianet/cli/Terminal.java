package dev.swath.fianet.cli;

import java.io.Console;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the words of a command go to: standard error.
 *
 * @param live whether a line can be written over there
 * @param columns its width; {@link #COLUMNS} where that is not known
 */
record Terminal(boolean live, int columns) {
    /** Set by the launcher if standard error is a terminal, to its width; Java itself looks at the other streams only. */
    static final String PROPERTY = "swath.columns";

    /** Width of a terminal that does not tell. */
    static final int COLUMNS = 80;

    /** That of this process. */
    static Terminal ofStderr() {
        Console console = System.console();
        boolean other = console != null && console.isTerminal();
        return of(System.getProperty(PROPERTY), other, System.getenv());
    }

    /**
     * @param property the launcher's, empty for none of its terminals, or null if another one started Java
     * @param other whether standard input and output are a terminal
     * @param environment of which {@code CI}, {@code TERM} and {@code COLUMNS} count
     */
    static Terminal of(@Nullable String property, boolean other, Map<String, String> environment) {
        boolean terminal = property == null ? other : !property.isEmpty();
        boolean live = terminal && !environment.containsKey("CI") && !"dumb".equals(environment.get("TERM"));
        String said = property == null || property.isEmpty() ? environment.getOrDefault("COLUMNS", "") : property;
        int columns = said.matches("[0-9]{1,4}") ? Integer.parseInt(said) : 0;
        return new Terminal(live, columns < 20 ? COLUMNS : columns);
    }

    /** The text cut so that it stays within a line. */
    String fit(String text) {
        return text.length() < columns ? text : text.substring(0, columns - 1);
    }
}
