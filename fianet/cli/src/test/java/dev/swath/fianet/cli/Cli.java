package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * What one command did.
 *
 * @param code its exit code
 * @param out what it wrote to stdout
 * @param err what it wrote to stderr
 */
record Cli(int code, String out, String err) {
    /** Runs a command in this process. */
    static Cli run(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = List.of(args).stream().map(String::valueOf).toArray(String[]::new);
        int code = Main.execute(new PrintWriter(out), new PrintWriter(err), words);
        return new Cli(code, out.toString(), err.toString());
    }

    /** Asserts that the command was done. */
    Cli done() {
        assertEquals(0, code, err);
        return this;
    }

    /** Asserts one sentence on stderr that holds all of these, nothing on stdout, no trace, and the exit code. */
    void refused(int exit, Object... parts) {
        assertEquals(exit, code, err);
        assertEquals("", out);
        List<String> lines = err.lines().toList();
        // A usage error is followed by the way to the help text.
        assertEquals(1, lines.stream().filter(l -> !l.startsWith("Try 'swath ")).count(), "one sentence, but: " + err);
        assertTrue(err.startsWith("swath: "), err);
        assertFalse(err.contains("\tat ") || err.contains("Exception:"), err);
        for (Object part : parts) {
            assertTrue(err.contains(String.valueOf(part)), "'" + part + "' is not in: " + err);
        }
    }
}
