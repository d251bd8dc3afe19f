package dev.swath.fianet.image.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.image.ImageFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A JPEG row by row is the JPEG as a whole, whatever its sampling and its scans, and however it ends. */
class JpegRowsTest {
    private static byte[] file(String name) throws IOException {
        try (InputStream in = ImageFile.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "more/j_440.jpg",
                "more/j_75_2_1_p.jpg",
                "more/j_restart.jpg",
                "more/j_rgb.jpg",
                "cases/icc_twice.jpg",
                "cases/adobe_transform_2.jpg"
            })
    void areThoseOfTheWhole(String name) throws IOException {
        ByteSource source = ByteSource.of(file(name), name);
        JpegHeader header = JpegHeader.read(source, 0, source.length(), false);
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        JdkJpeg.decode(source, header, (y, samples) -> {
            assertEquals(rows.size() / samples.length, y);
            rows.writeBytes(samples);
            java.util.Arrays.fill(samples, (byte) 77); // Whoever takes a row may change it.
        });
        assertArrayEquals(JdkJpeg.decode(source, List.of(), header), rows.toByteArray());
    }

    /** What the taker of a row throws comes out as it is, and no further row is passed on. */
    @ParameterizedTest
    @ValueSource(strings = {"more/j_440.jpg", "more/j_75_2_1_p.jpg", "more/j_rgb.jpg"})
    void exceptionsPassThrough(String name) throws IOException {
        ByteSource source = ByteSource.of(file(name), name);
        JpegHeader header = JpegHeader.read(source, 0, source.length(), false);
        IllegalStateException own = new IllegalStateException("enough");
        int[] rows = new int[1];
        assertSame(
                own,
                assertThrows(
                        IllegalStateException.class,
                        () -> JdkJpeg.decode(source, header, (y, _) -> {
                            rows[0]++;
                            if (y == 3) {
                                throw own;
                            }
                        })));
        assertTrue(rows[0] == 4);
    }
}
