package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * This JVM, which the launcher has not started, can write no archive: that costs a command nothing. {@code .ci/way-in} tries what launchers do
 * with one that can.
 */
class StartArchiveTest {
    @TempDir
    Path folder;

    @AfterEach
    void askForNone() {
        System.clearProperty(StartArchive.PROPERTY);
    }

    private static String said(Runnable task) {
        PrintStream before = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream during = new PrintStream(said, true, StandardCharsets.UTF_8);
        System.setOut(during);
        try {
            task.run();
            assertSame(during, System.out, "standard output is as it was");
        } finally {
            System.setOut(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    @Test
    void whereTheJvmCannotWriteItNothingIsLeftOrSaid() throws IOException {
        System.setProperty(StartArchive.PROPERTY, folder.resolve("1.jsa").toString());
        assertEquals("", said(StartArchive::keep));
        assertEquals(List.of(), files());
    }

    @Test
    void aFolderThatIsNoneIsNoFault() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        System.setProperty(StartArchive.PROPERTY, file.resolve("1.jsa").toString());
        assertEquals("", said(StartArchive::keep));
        assertEquals(List.of(file), files());
    }

    @Test
    void withoutBeingAskedItDoesNothing() throws IOException {
        assertEquals("", said(StartArchive::keep));
        System.setProperty(StartArchive.PROPERTY, "");
        assertEquals("", said(StartArchive::keep));
        assertEquals(List.of(), files());
    }

    @Test
    void oldArchivesAndWhatWasNeverFinishedGo() throws IOException {
        long now = System.currentTimeMillis();
        for (int i = 0; i < 6; i++) {
            aged(i + ".jsa", now - i * 60_000L);
        }
        aged("0.jsa.77", now);
        aged("0.jsa.78.temp", now - 7_200_000L);
        aged("notes.txt", 0);
        StartArchive.clear(folder);
        assertEquals(
                List.of("0.jsa", "0.jsa.77", "1.jsa", "2.jsa", "3.jsa", "notes.txt"),
                files().stream().map(f -> f.getFileName().toString()).sorted().toList());
        assertTrue(Files.exists(folder));
    }

    private void aged(String name, long millis) throws IOException {
        Files.setLastModifiedTime(
                Files.writeString(folder.resolve(name), ""), java.nio.file.attribute.FileTime.fromMillis(millis));
    }
}
