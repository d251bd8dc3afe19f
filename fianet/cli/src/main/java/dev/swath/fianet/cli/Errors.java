package dev.swath.fianet.cli;

import java.io.FileNotFoundException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Turns any failure into the one sentence that a user reads. */
final class Errors {
    private Errors() {}

    /** {@code swath: ...}, on one line. */
    static String sentence(Throwable failure) {
        String text =
                switch (failure) {
                    case NoSuchFileException e -> "the file or folder " + e.getFile() + " does not exist";
                    case FileNotFoundException e -> "the file cannot be opened: " + e.getMessage();
                    case AccessDeniedException e -> "access to " + e.getFile() + " is denied; check its permissions";
                    case FileSystemException e -> "the file system refused " + e.getFile() + ": " + reason(e);
                    case OutOfMemoryError _ ->
                        "the Java heap of " + Runtime.getRuntime().maxMemory() / (1 << 20)
                                + " MiB is too small; raise it with SWATH_JAVA_OPTS=-Xmx...";
                    default ->
                        failure.getMessage() == null
                                ? "an unexpected " + failure.getClass().getSimpleName() + "; run again with --debug"
                                : failure.getMessage();
                };
        return "swath: " + text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String reason(FileSystemException e) {
        return e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
    }
}
