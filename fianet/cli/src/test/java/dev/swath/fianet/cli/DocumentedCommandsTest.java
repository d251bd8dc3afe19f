package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * Every command that the README and the pages print is one that the command line takes: each option is there, and each value
 * is one that it may have. Those that need nothing but Swath are run by the other tests and by {@code .ci/way-in}.
 */
class DocumentedCommandsTest {
    private static final Path HOME = Path.of("../..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("```[a-z]*\\R(.*?)```", Pattern.DOTALL);
    private static final Pattern INLINE = Pattern.compile("`((?:\\./)?swath [^`]+)`");
    private static final Map<String, String> PLACEHOLDERS =
            Map.of("COMMAND", "segment", "NAME", "rrsisd", "N", "7", "PX", "128", "TYPE", "f16");

    private static List<String> commands(String page) {
        List<String> out = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(page);
        while (blocks.find()) {
            blocks.group(1)
                    .replaceAll("\\\\\\R\\s*", "")
                    .lines()
                    .filter(l -> l.startsWith("./swath ") || l.startsWith("swath "))
                    .map(l -> l.replaceFirst("\\s{2,}[^-].*", ""))
                    .forEach(out::add);
        }
        Matcher inline = INLINE.matcher(BLOCK.matcher(page).replaceAll(""));
        while (inline.find()) {
            out.add(inline.group(1).replaceAll("\\s+", " "));
        }
        return out;
    }

    /** Without what stands for something: brackets of what may be left out, dots, the second of two alternatives. */
    private static String[] words(String command) {
        String line = command.replaceFirst("^(\\./)?swath ", "")
                .replaceAll(" *\\\\?[>|] .*", "")
                .replaceAll("\"\\.\\.\\.\"", "x")
                .replaceAll("(--(?:[a-z]+-mask|input-ids|init-[a-z]+)) \\.\\.\\.", "$1 1")
                .replaceAll("(^| )\\.\\.\\.(?= |$)", "")
                .replaceAll("[\\[\\]]", "")
                .replaceAll("\\\\?\\|\\S+", "");
        return Stream.of(Shell.words(line))
                .map(w -> PLACEHOLDERS.getOrDefault(w, w))
                .toArray(String[]::new);
    }

    @Test
    void everyPrintedCommandIsTaken() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(HOME.resolve("README.md")));
        try (Stream<Path> docs = Files.walk(HOME.resolve("docs"))) {
            docs.filter(p -> p.toString().endsWith(".md")).forEach(pages::add);
        }
        int taken = 0;
        List<String> wrong = new ArrayList<>();
        for (Path page : pages) {
            for (String command : commands(Files.readString(page))) {
                String[] words = words(command);
                try {
                    CommandLine parser = Arguments.configured(new CommandLine(new Main()));
                    parser.parseArgs(Arguments.checked(parser, words));
                } catch (CommandLine.MissingParameterException e) {
                    // A command that is only spoken of, without all that it needs.
                } catch (CommandLine.ParameterException e) {
                    wrong.add(HOME.relativize(page) + ": " + command + " -> " + e.getMessage());
                }
                taken++;
            }
        }
        assertEquals(List.of(), wrong, String.join("\n", wrong));
        assertTrue(taken > 60, taken + " commands");
    }
}
