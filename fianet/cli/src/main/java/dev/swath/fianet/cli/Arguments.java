package dev.swath.fianet.cli;

import dev.swath.files.Quoted;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/**
 * Looks through the arguments before they are parsed. A value that looks like an option is one only where it is attached, as
 * in {@code --text=-h}; apart from its option, it is a value that was forgotten. An option or command that is not there is
 * named with its nearest.
 */
final class Arguments {
    /** Stands for "--" before what is no option; picocli is told so, for it would take an attached "--" for one too. */
    private static final String END_OF_OPTIONS = "\uFDD0--";

    private Arguments() {}

    /** Sets the parser up for what {@link #checked} gives it. */
    static CommandLine configured(CommandLine line) {
        line.setCaseInsensitiveEnumValuesAllowed(true);
        // A sentence may begin with any sign, and no argument is the name of a file of arguments.
        line.setExpandAtFiles(false);
        line.setAllowOptionsAsOptionParameters(true);
        line.setEndOfOptionsDelimiter(END_OF_OPTIONS);
        line.registerConverter(Path.class, Arguments::path);
        Values.register(line);
        return line;
    }

    /** An empty value is what a shell makes of a variable that is not set; for Java it would be the working folder. */
    private static Path path(String value) {
        if (value.isEmpty()) {
            throw new TypeConversionException("it must name a file or folder, but is empty");
        }
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("'" + Quoted.text(value)
                    + "' cannot be the name of a file here; if it has letters beyond ASCII, set LC_ALL=C.UTF-8");
        }
    }

    /** The arguments for the parser. */
    static String[] checked(CommandLine root, String... args) {
        String[] out = args.clone();
        CommandLine at = root;
        boolean begun = false;
        for (int i = 0; i < args.length; i++) {
            String arg = args[i];
            if (arg.equals("--")) {
                out[i] = END_OF_OPTIONS;
                return out;
            }
            if (!arg.startsWith("-") || arg.length() == 1) {
                CommandLine inner = begun ? null : at.getSubcommands().get(arg);
                if (inner != null) {
                    at = inner;
                } else {
                    begun = true;
                    if (!at.getSubcommands().isEmpty()) {
                        throw unknown(at, "command", arg, at.getSubcommands().keySet().stream());
                    }
                }
                continue;
            }
            OptionSpec whole = at.getCommandSpec().optionsMap().get(arg);
            if (whole != null && whole.arity().max() > 0) {
                requireValue(at, whole, arg, i + 1 < args.length ? args[i + 1] : null);
                i++;
            } else if (whole == null && option(at, arg).isEmpty()) {
                throw unknown(at, "option", name(arg), names(at.getCommandSpec()));
            }
        }
        return out;
    }

    /** Long options stand alone or before an equals sign; of one hyphen there are -h and -V only. */
    private static Optional<OptionSpec> option(CommandLine at, String arg) {
        return Optional.ofNullable(at.getCommandSpec().optionsMap().get(name(arg)));
    }

    private static String name(String arg) {
        int equals = arg.indexOf('=');
        return equals < 0 ? arg : arg.substring(0, equals);
    }

    private static void requireValue(CommandLine at, OptionSpec option, String name, @Nullable String value) {
        boolean looksLikeAnOption = value != null
                && (option(at, value).isPresent() || value.equals("--") || value.matches("--[a-z][a-z-]*(=.*)?"));
        if (value == null) {
            throw new ParameterException(at, name + " needs a value, " + option.paramLabel());
        }
        if (looksLikeAnOption) {
            String shown = Quoted.text(value);
            throw new ParameterException(
                    at,
                    name + " needs a value, " + option.paramLabel() + ", but '" + shown
                            + "' follows; if that is meant, write " + name + "=" + shown);
        }
    }

    private static ParameterException unknown(CommandLine at, String kind, String given, Stream<String> known) {
        List<String> names = known.toList();
        String nearest = names.stream()
                .min(Comparator.comparingInt(n -> distance(n, given)))
                .filter(n -> distance(n, given) <= Math.max(2, Math.min(n.length(), given.length()) / 3))
                .map(n -> "; did you mean " + n + "?")
                .orElse("");
        String where = at.getParent() == null ? "swath" : at.getCommandSpec().qualifiedName();
        return new ParameterException(
                at, "there is no " + kind + " " + Quoted.text(given) + " of '" + where + "'" + nearest);
    }

    private static Stream<String> names(CommandSpec spec) {
        return spec.options().stream().filter(o -> !o.hidden()).flatMap(o -> Stream.of(o.names()));
    }

    /** Letters to be put in, taken out, changed or swapped with their neighbour, to make one word of the other. */
    static int distance(String a, String b) {
        String second = b.length() > 64 ? b.substring(0, 64) : b;
        int[][] d = new int[a.length() + 1][second.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= second.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == second.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == second.charAt(j - 2)
                        && a.charAt(i - 2) == second.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][second.length()];
    }
}
