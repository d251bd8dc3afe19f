package dev.swath.fianet.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.files.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Image files as people have them: each has the stated pixels, or is refused by what it is. */
class ImageCasesTest {
    @TempDir
    static Path folder;

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = ImageCasesTest.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException(name);
            }
            return in.readAllBytes();
        }
    }

    static Stream<Arguments> cases() throws IOException {
        Stream.Builder<Arguments> all = Stream.builder();
        for (String set : new String[] {"cases", "more"}) {
            String text = new String(resource(set + "/expected.json"), StandardCharsets.UTF_8);
            Json.parseObject(text)
                    .forEach((name, expected) -> all.add(Arguments.of(set, name, Json.asObject(expected, name))));
        }
        return all.build();
    }

    @ParameterizedTest(name = "{0}/{1}")
    @MethodSource("cases")
    void isReadOrRefused(String set, String name, Map<String, Object> expected)
            throws IOException, NoSuchAlgorithmException {
        Path file = Files.write(folder.resolve(name), resource(set + "/" + name));
        if (expected.get("refused") instanceof String refused) {
            String message = assertThrows(ImageException.class, () -> Images.read(file))
                    .getMessage()
                    .replace(folder.toString(), "");
            assertTrue(
                    Pattern.compile(refused, Pattern.CASE_INSENSITIVE)
                            .matcher(message)
                            .find(),
                    message);
            String never = String.valueOf(expected.get("never"));
            assertFalse(
                    Pattern.compile(never, Pattern.CASE_INSENSITIVE)
                            .matcher(message)
                            .find(),
                    message);
            return;
        }
        RgbImage image = Images.read(file);
        assertEquals(((Number) expected.get("width")).intValue(), image.width());
        assertEquals(((Number) expected.get("height")).intValue(), image.height());
        if (expected.get("near") instanceof Number near) {
            String picture = set + "/expected/" + name.replaceAll("\\.\\w+$", ".png");
            byte[] want = Images.read(resource(picture), picture).rgb();
            for (int i = 0; i < want.length; i++) {
                int difference = Math.abs((want[i] & 0xff) - (image.rgb()[i] & 0xff));
                int at = i;
                assertTrue(difference <= near.intValue(), () -> name + " at " + at + " is off by " + difference);
            }
        } else {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(image.rgb());
            assertEquals(expected.get("sha256"), HexFormat.of().formatHex(sum), name);
        }
    }
}
