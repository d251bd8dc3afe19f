package dev.swath.fianet.text;

import dev.swath.files.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a file or pipe of UTF-8 text as a whole. */
public final class TextFile {
    private TextFile() {}

    /**
     * The text, without a byte order mark.
     *
     * @param what names the kind of file in a refusal
     * @param most bytes that are read before it is refused
     */
    public static String read(Path file, String what, int most) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            if (Files.isDirectory(file)) {
                throw refuse(what, file, "this is a folder; name a file in it");
            }
            bytes = in.readNBytes(most);
            if (in.read() >= 0) {
                throw refuse(what, file, "a file may have at most " + most + " bytes");
            }
        } catch (NoSuchFileException _) {
            throw refuse(what, file, "the file does not exist");
        } catch (AccessDeniedException _) {
            throw refuse(what, file, "access is denied; check its permissions");
        } catch (IOException _) {
            throw refuse(
                    what, file, Files.isDirectory(file) ? "this is a folder; name a file in it" : "reading failed");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException _) {
            throw refuse(what, file, "the file is not UTF-8 text");
        }
    }

    static ExpressionException refuse(String what, Path file, String rule) {
        return new ExpressionException("[" + what + "] " + Quoted.path(file) + ": " + rule);
    }
}
