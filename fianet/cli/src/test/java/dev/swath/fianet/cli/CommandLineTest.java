package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.files.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Arguments, streams and what is said on them. */
class CommandLineTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "@ship",
                "-h",
                "--help",
                "-V",
                "--text",
                "--text=x",
                "--",
                "-",
                "--no-such",
                "=",
                "a=b",
                "@",
                "\"x\"",
                "-1"
            })
    void aSentenceMayLookLikeAnything(String sentence, @TempDir Path folder) {
        Cli done = Cli.run("parse", "--text=" + sentence, "--format", "json").done();
        assertEquals(sentence, Json.parseObject(done.out()).get("sentence"));
    }

    @Test
    void aFileOfArgumentsIsNotRead(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("ship"), "--no-such-option");
        Cli done = Cli.run("parse", "--text", "@" + file, "--format", "json").done();
        assertEquals("@" + file, Json.parseObject(done.out()).get("sentence"));
    }

    @Test
    void aForgottenValueIsToldFromOneThatIsMeant() {
        Cli.run("parse", "--text", "--format", "json")
                .refused(2, "--text needs a value", "'--format' follows", "--text=--format");
        Cli.run("parse", "--text", "-h").refused(2, "--text=-h");
        Cli.run("parse", "--text").refused(2, "--text needs a value");
        Cli.run("segment", "--image", "--txet", "x").refused(2, "--image needs a value");
    }

    @ParameterizedTest
    @CsvSource({
        "segment --imagge a.png, --image",
        "segment --txet=x, --text",
        "segment --weigths x, --weights",
        "train --epoch 3, --epochs",
        "parse --fromat json, --format",
        "segmnet, segment",
        "weights shwo, show",
        "weigths, weights",
        "--hepl, --help"
    })
    void theNearestIsNamed(String line, String nearest) {
        Cli.run((Object[]) line.split(" ")).refused(2, "there is no ", "did you mean " + nearest + "?");
    }

    @Test
    void whatIsFarFromAllIsNamedAlone() {
        Cli far = Cli.run("segment", "--xylophone");
        far.refused(2, "there is no option --xylophone of 'swath segment'");
        assertFalse(far.err().contains("did you mean"), far.err());
        assertEquals(1, Arguments.distance("abcd", "abdc"));
        assertEquals(3, Arguments.distance("kitten", "sitting"));
    }

    /** A stream that takes no byte, as a full disk or a closed pipe. */
    private static final class Full extends Writer {
        @Override
        public void write(char[] text, int from, int count) throws IOException {
            throw new IOException("no space");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "--version",
                "parse --help",
                "parse --version",
                "weights show --help",
                "completion",
                "doctor",
                "parse --text road",
                "parse --text road --format csv",
                "parse --text road --format json"
            })
    void whatCannotBeWrittenFails(String line) {
        StringWriter err = new StringWriter();
        int code = Main.execute(new PrintWriter(new Full()), new PrintWriter(err), line.split(" "));
        assertEquals(1, code);
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().startsWith("swath: standard output could not be written"), err.toString());
    }

    @Test
    void wordsOfTheModelInsideAreTold(@TempDir Path folder) {
        assertTrue(Settings.means(Path.of("bundled"), Segmenters.BUNDLED));
        assertFalse(Settings.means(Path.of("./bundled"), Segmenters.BUNDLED));
        assertFalse(Settings.means(folder.resolve("bundled"), Segmenters.BUNDLED));
    }

    @Test
    void aSentenceWithoutAKnownWordIsTold() {
        Cli unknown =
                Cli.run("parse", "--text", "\u673A\u573A\u7684\u98DE\u673A").done();
        assertEquals(1, unknown.err().lines().count(), unknown.err());
        assertTrue(unknown.err().contains("no word of \"\u673A\u573A\u7684\u98DE\u673A\" is known"), unknown.err());
        assertEquals("", Cli.run("parse", "--text", "a ship \u673A").done().err());
    }

    /** Nothing that steers a terminal, in whatever is printed. */
    @Test
    void controlCharactersAreEscaped(@TempDir Path folder) throws IOException {
        String hostile = "ship\u001B[31m\u0007\u009B\u007F";
        for (String format : List.of("text", "json")) {
            Cli done = Cli.run("parse", "--text", hostile, "--format", format).done();
            printable(done.out() + done.err());
        }
        Cli.run("parse", "--text", "x", "--vocab", folder.resolve("a\u001B[2Jb"))
                .refused(1, "\\u001b[2Jb");
        Cli refused = Cli.run("parse", "--text", "x", "--no\u001B[31m" + "o".repeat(10_000));
        printable(refused.err());
        assertTrue(refused.err().length() < 1500, refused.err());
        Table table = new Table(List.of("a", "b"), List.of(List.of("x\u001B\ny", "z".repeat(5000))));
        printable(String.join("\n", table.text()));
        assertTrue(String.join("\n", table.text()).length() < 3000);
        printable(String.join("\n", table.markdown()));
        printable(String.join("\n", table.csv()));
        String rows = Csv.text(table.rows());
        printable(rows);
        assertEquals(1, rows.lines().count());
        assertEquals("x\u0001,\"a\"\"b\"", Csv.cell("x\u0001").replace("\\u0001", "\u0001") + "," + Csv.cell("a\"b"));
        assertEquals(List.of(List.of("a,b", "c\"d")), Csv.rows(Csv.text(List.of(List.of("a,b", "c\"d"))), ','));
    }

    private static void printable(String text) {
        assertTrue(text.chars().allMatch(c -> c == '\n' || !Character.isISOControl(c)), text);
    }

    @Test
    void javasOwnWordsAreNotShown() {
        for (RuntimeException e : List.of(
                new IndexOutOfBoundsException("Index 83 out of bounds for length 83"),
                new NegativeArraySizeException("-727379968"),
                new ArithmeticException("long overflow"),
                new ClassCastException("class A cannot be cast to class B"),
                new java.io.UncheckedIOException(new IOException("Caught exception during read: x")))) {
            String said = Errors.sentence(e);
            assertTrue(said.startsWith("swath: an unexpected ") && said.contains("--debug"), said);
            assertFalse(said.contains(String.valueOf(e.getMessage())), said);
        }
    }

    @Test
    void terminalsAreKnownByTheirErrorStream() {
        assertEquals(new Terminal(true, 132), Terminal.of("132", false, Map.of()));
        assertEquals(new Terminal(false, 80), Terminal.of("", true, Map.of()));
        assertEquals(new Terminal(true, 100), Terminal.of(null, true, Map.of("COLUMNS", "100")));
        assertEquals(new Terminal(false, 80), Terminal.of(null, false, Map.of()));
        assertEquals(new Terminal(false, 80), Terminal.of("80", true, Map.of("CI", "true")));
        assertEquals(new Terminal(false, 80), Terminal.of("80", true, Map.of("TERM", "dumb")));
        assertEquals(new Terminal(true, 80), Terminal.of("3", true, Map.of()));
        assertEquals("abc", new Terminal(true, 4).fit("abcdef"));
    }

    @Test
    void progressStaysInItsLine() {
        for (int columns : new int[] {20, 40, 80, 200}) {
            StringWriter err = new StringWriter();
            try (Progress progress =
                    new Progress(new PrintWriter(err), "answers", 1_000_000, new Terminal(true, columns))) {
                progress.done(1);
                progress.say("swath: a line");
                progress.done(1_000_000);
            }
            assertTrue(err.toString().contains("\033[Kswath: a line"), err.toString());
            for (String line : err.toString().split("[\r\n]")) {
                assertTrue(line.replace("\033[K", "").length() < columns, line);
            }
        }
    }

    /** Each example of each help text fits a terminal, and can be pasted: its lines are joined as a shell joins them. */
    @Test
    void helpExamplesCanBePasted() {
        int examples = 0;
        for (List<String> command : commands(Main.parser(new Main()), List.of())) {
            List<Object> args = new ArrayList<>(command);
            args.add("--help");
            String help = Cli.run(args.toArray()).done().out();
            help.lines().forEach(l -> assertTrue(l.length() <= 80, l));
            for (String example : help.replace("\\\n    ", "")
                    .lines()
                    .filter(l -> l.startsWith("  swath "))
                    .toList()) {
                String line = example.strip().replaceFirst(" [>|].*", "");
                String[] words = Shell.words(line.substring("swath ".length()));
                CommandLine parser = Main.parser(new Main());
                parser.parseArgs(Arguments.checked(parser, words));
                examples++;
            }
        }
        assertTrue(examples > 20, examples + " examples");
    }

    private static List<List<String>> commands(CommandLine line, List<String> path) {
        List<List<String>> out = new ArrayList<>(List.of(path));
        line.getSubcommands().forEach((name, sub) -> {
            List<String> inner = new ArrayList<>(path);
            inner.add(name);
            out.addAll(commands(sub, inner));
        });
        return out;
    }

    @Test
    void theCompletionScriptKnowsEveryCommand() {
        String script = Cli.run("completion").done().out();
        for (String part : List.of("segment", "--threshold", "check-data", "--probabilities", "complete -F")) {
            assertTrue(script.contains(part), part);
        }
    }
}
