package dev.swath.weights;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.swath.files.Mutations;
import dev.swath.tensor.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Valid files with a few bytes changed, by a fixed seed: they are read or refused with the module's own exception, nothing else. */
class MutatedFilesTest {
    private static final int ROUNDS = 1500;

    @TempDir
    Path folder;

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
            byte[] mutated = Mutations.mutate(valid, random);
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
}
