package dev.swath.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;

/** What went wrong with a file, in words for people. */
public final class FileFaults {
    private FileFaults() {}

    /** The reason as a part of a sentence: ours where the kind is known, else the operating system's. */
    public static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException f -> name(f, "the file or folder") + " does not exist";
            case AccessDeniedException f -> "access" + (f.getFile() == null ? "" : " to " + f.getFile()) + " is denied";
            case FileAlreadyExistsException f -> name(f, "a file or folder of that name") + " is there already";
            case DirectoryNotEmptyException f -> name(f, "the folder") + " is not empty";
            case NotDirectoryException f -> name(f, "the path") + " is no folder";
            case FileSystemLoopException f -> name(f, "the path") + " is a circle of links";
            case FileSystemException f -> said(f.getReason());
            case FileNotFoundException f -> said(inParentheses(f.getMessage()));
            case ClosedChannelException _ -> "the program was told to stop";
            case CharacterCodingException _ -> "it is not UTF-8 text";
            default -> said(e.getMessage());
        };
    }

    private static String name(FileSystemException e, String otherwise) {
        return e.getFile() == null ? otherwise : e.getFile();
    }

    /** {@code name (reason)} is how the JDK's older streams put it. */
    private static @Nullable String inParentheses(@Nullable String message) {
        int open = message == null ? -1 : message.lastIndexOf('(');
        return open < 0 || !message.endsWith(")") ? message : message.substring(open + 1, message.length() - 1);
    }

    private static String said(@Nullable String reason) {
        return reason == null || reason.isBlank()
                ? "the operating system refused it"
                : isFull(reason) ? "the disk is full" : reason;
    }

    /** Whether an operating system's words mean that a disk, or somebody's share of it, is full. */
    public static boolean isFull(String reason) {
        return reason.contains("No space left")
                || reason.contains("not enough space")
                || reason.contains("quota exceeded");
    }
}
