package dev.swath.fianet.cli;

import dev.swath.files.Quoted;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/** The values of options that are numbers or one of a few words: what they may be, and what is said of others. */
final class Values {
    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+");
    private static final Pattern DECIMAL = Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");

    private Values() {}

    /** Has numbers and words of the command and of those below it read so. */
    static void register(CommandLine line) {
        line.registerConverter(int.class, Values::whole);
        line.registerConverter(Integer.class, Values::whole);
        line.registerConverter(long.class, v -> whole(v, Long.MIN_VALUE, Long.MAX_VALUE));
        line.registerConverter(Long.class, v -> whole(v, Long.MIN_VALUE, Long.MAX_VALUE));
        line.registerConverter(double.class, Values::decimal);
        line.registerConverter(Double.class, Values::decimal);
        words(line);
    }

    private static void words(CommandLine line) {
        for (OptionSpec option : line.getCommandSpec().options()) {
            if (option.type().isEnum()) {
                register(line, option.type());
            }
        }
        line.getSubcommands().values().forEach(Values::words);
    }

    private static <E> void register(CommandLine line, Class<E> type) {
        line.registerConverter(type, value -> word(type, value));
    }

    private static int whole(String value) {
        return (int) whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static long whole(String value, long least, long most) {
        if (!WHOLE.matcher(value).matches()) {
            throw new TypeConversionException("it must be a whole number, but is '" + Quoted.text(value) + "'");
        }
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // More digits than any number that is taken has.
        }
        throw new TypeConversionException(
                "it must lie between " + least + " and " + most + ", but is " + Quoted.text(value));
    }

    private static double decimal(String value) {
        if (DECIMAL.matcher(value).matches() && Double.isFinite(Double.parseDouble(value))) {
            return Double.parseDouble(value);
        }
        throw new TypeConversionException("it must be a number such as 0.5, but is '" + Quoted.text(value) + "'");
    }

    private static <E> E word(Class<E> type, String value) {
        List<E> all = Arrays.asList(type.getEnumConstants());
        return all.stream()
                .filter(e ->
                        written(e).equalsIgnoreCase(value) || String.valueOf(e).equalsIgnoreCase(value))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("it must be "
                        + String.join(" or ", all.stream().map(Values::written).toList()) + ", but is '"
                        + Quoted.text(value) + "'"));
    }

    /** As users write it: small letters and hyphens. */
    private static String written(Object word) {
        return String.valueOf(word).toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
