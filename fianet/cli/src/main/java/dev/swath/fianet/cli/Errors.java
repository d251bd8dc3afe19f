package dev.swath.fianet.cli;

import dev.swath.files.Quoted;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.ConcurrentModificationException;
import java.util.NoSuchElementException;
import java.util.ServiceConfigurationError;
import org.jspecify.annotations.Nullable;

/** Turns any failure into the one sentence that a user reads: printable, of a stated length, without Java's own words. */
final class Errors {
    private Errors() {}

    /** {@code swath: ...}, on one line. */
    static String sentence(Throwable failure) {
        return sentence(text(failure));
    }

    /** Of a text that says what is wrong. */
    static String sentence(String text) {
        return "swath: " + Quoted.sentence(text.strip().replaceAll("\\s*\\R\\s*", " "));
    }

    private static String text(Throwable failure) {
        return switch (failure) {
            case NoSuchFileException e -> "the file or folder " + shown(e.getFile()) + " does not exist";
            case FileNotFoundException e -> "the file cannot be opened: " + e.getMessage();
            case AccessDeniedException e -> "access to " + shown(e.getFile()) + " is denied; check its permissions";
            case FileSystemException e -> "the file system refused " + shown(e.getFile());
            case InvalidPathException e ->
                "'" + shown(e.getInput())
                        + "' cannot be the name of a file here; if it has letters beyond ASCII, set LC_ALL=C.UTF-8";
            case OutOfMemoryError _ ->
                "the Java heap of " + Runtime.getRuntime().maxMemory() / (1 << 20)
                        + " MiB is too small; raise it with SWATH_JAVA_OPTS=-Xmx...";
            case UncheckedIOException e when String.valueOf(e.getCause()).equals(e.getMessage()) -> text(e.getCause());
            case ServiceConfigurationError e -> "a plug-in does not start: " + e.getMessage();
            case IOException _, Error _ -> unexpected(failure);
            default -> failure.getMessage() == null || isJavas(failure) ? unexpected(failure) : failure.getMessage();
        };
    }

    private static String shown(@Nullable String name) {
        return Quoted.text(name);
    }

    private static String unexpected(Throwable failure) {
        return "an unexpected " + failure.getClass().getSimpleName() + "; run again with --debug";
    }

    /** Whether the exception is one that Java itself throws at a mistake of the program, with words of its own. */
    private static boolean isJavas(Throwable failure) {
        return failure instanceof IndexOutOfBoundsException
                || failure instanceof NegativeArraySizeException
                || failure instanceof ArithmeticException
                || failure instanceof NullPointerException
                || failure instanceof ClassCastException
                || failure instanceof ArrayStoreException
                || failure instanceof UnsupportedOperationException
                || failure instanceof NoSuchElementException
                || failure instanceof NumberFormatException
                || failure instanceof ConcurrentModificationException;
    }
}
