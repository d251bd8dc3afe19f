package dev.swath.fianet.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what a shell needs to complete commands, options and their values. */
@Command(
        name = "completion",
        description = "Prints a script by which bash or zsh completes commands, options and their values.",
        footer = {"", "Example:", "  source <(swath completion)"})
final class CompletionCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getOut().print(AutoComplete.bash("swath", spec.root().commandLine()));
        spec.commandLine().getOut().flush();
        return 0;
    }
}
