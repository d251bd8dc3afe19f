package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.swath.nn.train.TrainingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunFolderTest {
    @TempDir
    private Path root;

    private static void checkpoint(Path folder, String content) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("model"), content);
    }

    @Test
    void aNewCheckpointTakesTheOldOnesPlace() throws IOException {
        try (RunFolder folder = RunFolder.open(root)) {
            folder.write("last", 1, to -> Files.writeString(to.resolve("model"), "one"));
            folder.write("last", 1, to -> Files.writeString(to.resolve("model"), "two"));
            assertEquals("two", Files.readString(root.resolve("last/model")));
            try (var all = Files.list(root)) {
                assertEquals(2, all.count(), "only the checkpoint and the lock are left");
            }
        }
    }

    @Test
    void aFullDiskIsToldAndTheOldCheckpointStays() throws IOException {
        try (RunFolder folder = RunFolder.open(root)) {
            folder.write("last", 1, to -> Files.writeString(to.resolve("model"), "one"));
            TrainingException e = assertThrows(
                    TrainingException.class,
                    () -> folder.write("last", 1, to -> {
                        Files.writeString(to.resolve("model"), "tw");
                        throw new IOException("No space left on device");
                    }));
            assertEquals(
                    "[checkpoint] the disk that holds " + root
                            + " is full; what was saved before is whole, so free some space and go on with --resume",
                    e.getMessage());
            assertEquals("one", Files.readString(root.resolve("last/model")));
            assertFalse(Files.exists(root.resolve("last.unfinished")));
        }
    }

    @Test
    void whatWasNeverSavedIsNotSpokenOf() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "");
        Path inside = file.resolve("run");
        String message = String.valueOf(assertThrows(TrainingException.class, () -> RunFolder.open(inside))
                .getMessage());
        assertEquals(
                "[checkpoint] " + inside + " cannot be written: Not a directory; correct that, or choose another folder"
                        + " with --out",
                message);
        try (RunFolder folder = RunFolder.open(root)) {
            TrainingException e = assertThrows(
                    TrainingException.class,
                    () -> folder.write("last", 1, to -> {
                        throw new IOException("No space left on device");
                    }));
            assertEquals(
                    "[checkpoint] the disk that holds " + root
                            + " is full; free some space, or choose another folder with --out",
                    e.getMessage());
        }
    }

    /** Before hours of training, not after them. */
    @Test
    void aFileInTheCheckpointsPlaceIsToldAtOnce() throws IOException {
        Path file = Files.writeString(root.resolve("last"), "");
        String message = String.valueOf(assertThrows(TrainingException.class, () -> RunFolder.open(root))
                .getMessage());
        assertEquals(
                "[checkpoint] " + file
                        + " is a file, where the run keeps a folder; take it away, or choose another folder"
                        + " with --out",
                message);
    }

    @Test
    void aCheckpointThatCannotFitIsNotBegun() throws IOException {
        try (RunFolder folder = RunFolder.open(root)) {
            TrainingException e = assertThrows(
                    TrainingException.class,
                    () -> folder.write(
                            "last", Long.MAX_VALUE / 2, to -> Files.writeString(to.resolve("model"), "one")));
            assertEquals(true, e.getMessage().contains("is full"), e.getMessage());
            assertFalse(folder.has("last"));
        }
    }

    /** Each state that a killed process can leave, and the checkpoint that must be found then. */
    @ParameterizedTest
    @CsvSource({
        "unfinished, old, '', '', old",
        "'', old, new, '', new",
        "'', '', new, old, new",
        "'', new, '', old, new",
        "unfinished, '', '', '', ''",
        "unfinished, '', new, old, new",
        "'', old, '', older, old",
        "unfinished, old, '', older, old",
        "'', old, new, older, new",
        "unfinished, old, new, '', new",
        "unfinished, old, new, older, new",
        "'', '', '', old, old",
    })
    void whateverAKilledRunLeft(String unfinished, String current, String fresh, String old, String expected)
            throws IOException {
        String[][] states = {{".unfinished", unfinished}, {"", current}, {".new", fresh}, {".old", old}};
        for (String[] s : states) {
            if (!s[1].isEmpty()) {
                checkpoint(root.resolve("last" + s[0]), s[1]);
            }
        }
        if (!expected.isEmpty()) {
            assertEquals(expected, Files.readString(RunFolder.newest(root).resolve("model")));
        }
        try (RunFolder folder = RunFolder.open(root)) {
            assertEquals(!expected.isEmpty(), folder.has("last"));
            if (!expected.isEmpty()) {
                assertEquals(expected, Files.readString(root.resolve("last/model")));
            }
            for (String leftover : new String[] {".unfinished", ".new", ".old"}) {
                assertFalse(Files.exists(root.resolve("last" + leftover)), leftover);
            }
        }
    }
}
