package dev.swath.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    @Test
    void theNewContentTakesThePlaceOfTheOld() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "old");
        AtomicFile.write(file, new byte[] {'n', 'e', 'w'});
        assertEquals("new", Files.readString(file));
    }

    @Test
    void whatFailsLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "old");
        String message = assertThrows(
                        UncheckedIOException.class,
                        () -> AtomicFile.write(file, channel -> {
                            AtomicFile.put(channel, ByteBuffer.wrap(new byte[9]));
                            throw new IOException("no more");
                        }))
                .getMessage();
        assertTrue(message.contains(file + " could not be written: IOException no more"), message);
        assertEquals("old", Files.readString(file));
        try (Stream<Path> all = Files.list(folder)) {
            assertEquals(1, all.count());
        }
    }
}
