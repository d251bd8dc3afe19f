package dev.swath.fianet.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardTest {
    @TempDir
    private Path folder;

    @Test
    void scalarsAndImagesReadBack() throws IOException {
        byte[] png = {1, 2, 3, (byte) 200};
        try (RunFolder run = RunFolder.open(folder);
                TensorBoard board = TensorBoard.open(run, 0, false)) {
            board.scalar("train/loss", 300, 0.125);
            board.image("evaluation/panels", 70_000, 640, 480, png);
        }
        List<byte[]> records = EventFile.records(folder.resolve("tensorboard"));
        assertEquals(
                "brain.Event:2",
                EventFile.text(EventFile.fields(records.getFirst()).get(3)));
        Map<Integer, Object> scalar = EventFile.fields(records.get(2));
        assertEquals(300L, scalar.get(2));
        assertTrue((double) scalar.get(1) > 1e9, "seconds since 1970");
        Map<Integer, Object> value = EventFile.inner(scalar, 5, 1);
        assertEquals("train/loss", EventFile.text(value.get(1)));
        assertEquals(0.125f, value.get(2));
        assertEquals("scalars", EventFile.text(EventFile.inner(value, 9, 1).get(1)));
        Map<Integer, Object> image = EventFile.fields(records.get(3));
        assertEquals(70_000L, image.get(2));
        assertEquals("images", EventFile.text(EventFile.inner(image, 5, 1, 9, 1).get(1)));
        Map<Integer, Object> picture = EventFile.inner(image, 5, 1, 4);
        assertEquals(480L, picture.get(1));
        assertEquals(640L, picture.get(2));
        assertArrayEquals(png, (byte[]) picture.get(4));
    }

    @Test
    void aResumedRunTakesBackLaterSteps() throws IOException {
        try (RunFolder run = RunFolder.open(folder)) {
            TensorBoard.open(run, 40, false).close();
        }
        Map<Integer, Object> event = EventFile.fields(
                EventFile.records(folder.resolve("tensorboard")).get(1));
        assertEquals(41L, event.get(2));
        assertEquals(1L, EventFile.inner(event, 7).get(1), "SessionLog.START");
    }
}
