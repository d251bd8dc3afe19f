package dev.swath.bench;

import dev.swath.bench.report.Findings;
import dev.swath.bench.report.Markdown;
import dev.swath.bench.report.Session;
import dev.swath.files.json.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Command that prints the table of one run of {@code bench/run} again, or of several together: their figures of the same
 * benchmark, parameters and engine are pooled. It takes their {@value Run#SUMMARY} files.
 */
public final class Summary {
    private Summary() {}

    /** Runs the command with the files' names; the exit status is 0 done, 1 something is missing or unreadable, 2 wrong usage. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        if (arguments.length == 0) {
            System.err.println("usage: Summary " + Run.SUMMARY + "...");
            return 2;
        }
        List<Session> sessions = new ArrayList<>();
        for (String name : arguments) {
            try {
                sessions.add(Session.parse(Files.readString(Path.of(name))));
            } catch (IOException | JsonException | IllegalArgumentException failure) {
                System.err.println("cannot read " + name + ": " + failure.getMessage());
                return 1;
            }
        }
        try {
            return print(new Findings(sessions));
        } catch (IllegalArgumentException unlike) {
            System.err.println("cannot put these together: " + unlike.getMessage());
            return 1;
        }
    }

    /** Prints the table; the exit status is 1 if something is missing from it. */
    static int print(Findings findings) {
        System.out.print(Markdown.of(findings));
        System.out.flush();
        List<String> missing = findings.missing();
        if (missing.isEmpty()) {
            return 0;
        }
        System.err.println("bench/run: missing from the table: " + String.join("; ", missing) + ".");
        return 1;
    }
}
