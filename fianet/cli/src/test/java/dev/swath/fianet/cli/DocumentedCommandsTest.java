package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * Every command that the README and the pages print is one that the command line takes: each option is there, and each value
 * is one that it may have. {@link DocumentedRunsTest} runs them.
 */
class DocumentedCommandsTest {
    @Test
    void everyPrintedCommandIsTaken() throws IOException {
        int taken = 0;
        List<String> wrong = new ArrayList<>();
        for (Path page : Documented.pages()) {
            for (String command : Documented.commands(page)) {
                String[] words = Documented.words(command);
                try {
                    CommandLine parser = Main.parser(new Main());
                    parser.parseArgs(Arguments.checked(parser, words));
                } catch (CommandLine.MissingParameterException e) {
                    // A command that is only spoken of, without all that it needs.
                } catch (CommandLine.ParameterException e) {
                    wrong.add(Documented.HOME.relativize(page) + ": " + command + " -> " + e.getMessage());
                }
                taken++;
            }
        }
        assertEquals(List.of(), wrong, String.join("\n", wrong));
        assertTrue(taken > 60, taken + " commands");
    }
}
