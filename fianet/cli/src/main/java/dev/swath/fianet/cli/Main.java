package dev.swath.fianet.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Entry point of {@code swath}. */
@Command(
        name = "swath",
        mixinStandardHelpOptions = true,
        version = "swath 0.1.0",
        scope = ScopeType.INHERIT,
        sortOptions = false,
        description = "Marks in an aerial image what a sentence names.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            SynthCommand.class,
            SegmentCommand.class,
            ParseCommand.class,
            EncodeCommand.class,
            CheckDataCommand.class,
            EvaluateCommand.class,
            WeightsCommand.class,
            TrainCommand.class,
            AblateCommand.class,
            DoctorCommand.class
        })
public final class Main implements Runnable {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print a stack trace with an error.")
    boolean debug;

    @CommandLine.Spec
    CommandLine.Model.CommandSpec spec;

    Main() {}

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is needed, such as 'swath demo'");
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(execute(args));
    }

    /** Runs one command and returns its exit code: 0 done, 1 failed, 2 usage. */
    static int execute(String... args) {
        return execute(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args);
    }

    /** The same with other places for data and for words. */
    static int execute(PrintWriter out, PrintWriter err, String... args) {
        Main main = new Main();
        CommandLine line = new CommandLine(main).setOut(out).setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, a) -> {
            e.getCommandLine().getErr().println(Errors.sentence(e));
            e.getCommandLine()
                    .getErr()
                    .println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
            return CommandLine.ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            if (main.debug) {
                e.printStackTrace(command.getErr());
            } else {
                command.getErr().println(Errors.sentence(e));
            }
            return e instanceof UsageException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
        });
        try {
            return line.execute(args);
        } catch (LinkageError | OutOfMemoryError | StackOverflowError e) {
            if (main.debug) {
                e.printStackTrace(line.getErr());
            } else {
                line.getErr().println(Errors.sentence(e));
            }
            return CommandLine.ExitCode.SOFTWARE;
        }
    }
}
