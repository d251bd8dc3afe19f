package dev.swath.weights;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.tensor.StateDict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Valid files with a few bytes changed, by a fixed seed: they are read or refused with the module's own exception, nothing else. */
class MutatedFilesTest {
    private static final int ROUNDS = 1500;

    @TempDir
    Path folder;

    /** A copy with one to four changes: a byte anew, a bit turned, a stretch cut out, doubled or overwritten, the end cut off. */
    private static byte[] mutate(byte[] valid, SplittableRandom random) {
        byte[] b = valid.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && b.length > 1; i++) {
            int at = random.nextInt(b.length);
            int length = Math.min(b.length - at, 1 + random.nextInt(16));
            switch (random.nextInt(6)) {
                case 0 -> b[at] = (byte) random.nextInt(256);
                case 1 -> b[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> {
                    byte[] shorter = new byte[b.length - length];
                    System.arraycopy(b, 0, shorter, 0, at);
                    System.arraycopy(b, at + length, shorter, at, shorter.length - at);
                    b = shorter;
                }
                case 3 -> {
                    byte[] longer = new byte[b.length + length];
                    System.arraycopy(b, 0, longer, 0, at + length);
                    System.arraycopy(b, at, longer, at + length, b.length - at);
                    b = longer;
                }
                case 4 -> {
                    byte value = (byte) (random.nextBoolean() ? 0xff : 0);
                    for (int j = at; j < at + length; j++) {
                        b[j] = value;
                    }
                }
                default -> b = java.util.Arrays.copyOf(b, 1 + random.nextInt(b.length));
            }
        }
        return b;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "checkpoint/training_zip.pth",
                "checkpoint/training_legacy.pth",
                "checkpoint/training_zip_deflated.pth",
                "checkpoint/bare_legacy_gamma_beta.bin",
                "checkpoint/bare_legacy_gamma_beta.safetensors",
                "safetensors_reader/sample.safetensors"
            })
    void checkpoints(String name) throws IOException {
        byte[] valid = Files.readAllBytes(GoldenCheckpointTest.GOLDEN.resolve(name));
        SplittableRandom random = new SplittableRandom(name.hashCode());
        Path file = folder.resolve("mutated");
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] mutated = mutate(valid, random);
            Files.write(file, mutated);
            try {
                StateDict tensors = Checkpoint.open(file).tensors();
                for (String tensor : tensors.names()) {
                    tensors.get(tensor);
                }
            } catch (WeightsException e) {
                refused++;
                assertTrue(e.getMessage().contains("mutated") && !e.getMessage().contains("\n"), e.getMessage());
            } catch (RuntimeException | Error e) {
                fail(name + ", round " + round, e);
            }
        }
        assertTrue(refused > 0, name);
    }

    @Test
    void json() {
        byte[] valid = """
                {"weights": {"bias": {"NN": 1.5e3, "JJ": -0.25}}, "tagdict": {"the": "DT", "\\u00e9\\n": "X"},
                 "classes": ["NN", "JJ", null, true, false, 12345678901234567, [], {}], "deep": [[[[{"a": [1, 2]}]]]]}
                """.getBytes(StandardCharsets.UTF_8);
        SplittableRandom random = new SplittableRandom(5);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            String text = new String(mutate(valid, random), StandardCharsets.UTF_8);
            try {
                Object value = Json.parse(text);
                // What was read is written and read again to the same.
                assertTrue(
                        Json.write(value, false).equals(Json.write(Json.parse(Json.write(value, true)), false)), text);
            } catch (JsonException e) {
                refused++;
            } catch (RuntimeException | Error e) {
                fail("round " + round + ": " + text, e);
            }
        }
        assertTrue(refused > 0);
    }
}
