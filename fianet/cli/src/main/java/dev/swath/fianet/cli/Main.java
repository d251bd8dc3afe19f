package dev.swath.fianet.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** Entry point of {@code swath}. */
@Command(
        name = "swath",
        mixinStandardHelpOptions = true,
        version = "swath 0.1.0",
        scope = ScopeType.INHERIT,
        sortOptions = false,
        description = "Marks in an aerial image what a sentence names.",
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
    private static final String DEBUG = "--debug";
    private static final String COMPLETION = "completion";

    /** All commands by their names, in the order in which they are told of. */
    private static final Map<String, Class<?>> COMMANDS = commands();

    private static Map<String, Class<?>> commands() {
        Map<String, Class<?>> all = new LinkedHashMap<>();
        all.put("demo", DemoCommand.class);
        all.put("synth", SynthCommand.class);
        all.put("segment", SegmentCommand.class);
        all.put("inspect", InspectCommand.class);
        all.put("parse", ParseCommand.class);
        all.put("encode", EncodeCommand.class);
        all.put("check-data", CheckDataCommand.class);
        all.put("evaluate", EvaluateCommand.class);
        all.put("pairs", PairsCommand.class);
        all.put("weights", WeightsCommand.class);
        all.put("summary", SummaryCommand.class);
        all.put("train", TrainCommand.class);
        all.put("ablate", AblateCommand.class);
        all.put("compare", CompareCommand.class);
        all.put("doctor", DoctorCommand.class);
        all.put(COMPLETION, CompletionCommand.class);
        return all;
    }

    @Option(names = DEBUG, scope = ScopeType.INHERIT, description = "Print a stack trace with an error.")
    boolean debug;

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    Main() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is needed, such as 'swath demo'");
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        // Programs read the numbers that are printed, whatever the language of the machine.
        Locale.setDefault(Locale.ROOT);
        int code = execute(
                writer(FileDescriptor.out, "stdout.encoding"), writer(FileDescriptor.err, "stderr.encoding"), args);
        System.exit(code);
    }

    /** UTF-8, but to a terminal in the letters that it has. */
    private static PrintWriter writer(FileDescriptor stream, String encoding) {
        Charset charset = StandardCharsets.UTF_8;
        String terminals = System.getProperty(encoding, "UTF-8");
        if (System.console() != null
                && System.console().isTerminal()
                && Charset.isSupported(terminals)
                && !Charset.forName(terminals).equals(StandardCharsets.US_ASCII)) {
            charset = Charset.forName(terminals);
        }
        return new PrintWriter(
                new OutputStreamWriter(new BufferedOutputStream(new FileOutputStream(stream)), charset), true);
    }

    /** Runs one command within another program, whose streams it writes to, and returns its exit code. */
    static int execute(String... args) {
        return execute(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args);
    }

    /** Runs one command with these places for data and for words, and returns its exit code: 0 done, 1 failed, 2 usage. */
    static int execute(PrintWriter out, PrintWriter err, String... args) {
        int code = run(out, err, args);
        if (out.checkError()) {
            if (code == CommandLine.ExitCode.OK) {
                err.println("swath: standard output could not be written; the disk may be full, or its reader gone");
            }
            code = code == CommandLine.ExitCode.OK ? CommandLine.ExitCode.SOFTWARE : code;
        }
        err.flush();
        return code;
    }

    private static int run(PrintWriter out, PrintWriter err, String... args) {
        Main main = new Main();
        CommandLine line = parser(main, args).setOut(out).setErr(err);
        line.setExecutionStrategy(parsed -> {
            Segmenters.requireNoWordForAFile(parsed);
            return new CommandLine.RunLast().execute(parsed);
        });
        line.setParameterExceptionHandler((e, a) -> usage(e));
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            tell(main, command, e);
            return e instanceof UsageException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
        });
        try {
            requireReadable(line, args);
            return line.execute(Arguments.checked(line, args));
        } catch (ParameterException e) {
            return usage(e);
        } catch (LinkageError | OutOfMemoryError | StackOverflowError e) {
            tell(main, line, e);
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    /**
     * What parses these arguments: with the one command that they name, because the options of all take a good part of a second at
     * the start of a JVM; with all where they name none, or ask for what tells of all.
     */
    static CommandLine parser(Main main, String... args) {
        CommandLine line = new CommandLine(main);
        String first = Arrays.stream(args).dropWhile(DEBUG::equals).findFirst().orElse("");
        Class<?> named = first.equals(COMPLETION) ? null : COMMANDS.get(first);
        if (named != null) {
            line.addSubcommand(named);
        } else {
            COMMANDS.values().forEach(line::addSubcommand);
        }
        return Arguments.configured(line);
    }

    private static void tell(Main main, CommandLine command, Throwable failure) {
        if (main.debug) {
            failure.printStackTrace(command.getErr());
        } else {
            command.getErr().println(Errors.sentence(failure));
        }
    }

    private static int usage(ParameterException e) {
        PrintWriter err = e.getCommandLine().getErr();
        err.println(Errors.sentence(
                e instanceof UnmatchedArgumentException u
                        ? "'" + String.join("', '", u.getUnmatched()) + "' has no place here"
                        : String.valueOf(e.getMessage()).replaceFirst("^Error: ", "")));
        err.println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        return CommandLine.ExitCode.USAGE;
    }

    /** Where Java was started with an alphabet of ASCII, it has put other letters of the arguments away for good. */
    private static void requireReadable(CommandLine line, String... args) {
        Charset given = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8);
        if (given.equals(StandardCharsets.US_ASCII)) {
            for (String arg : args) {
                if (arg.indexOf('\uFFFD') >= 0) {
                    throw new ParameterException(
                            line,
                            "the arguments have letters beyond ASCII, which Java cannot read in this locale; set LC_ALL=C.UTF-8");
                }
            }
        }
    }
}
