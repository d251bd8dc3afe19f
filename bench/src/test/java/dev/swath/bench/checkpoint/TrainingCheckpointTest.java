package dev.swath.bench.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.swath.bench.peers.NetworkConfig;
import dev.swath.fianet.model.Recognition;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.TorchCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingCheckpointTest {
    private static final NetworkConfig CONFIG = NetworkConfig.tiny(1);
    private static final NoiseWeights NOISE = new NoiseWeights(CONFIG, 7);

    @TempDir
    private Path folder;

    private Path write(boolean withOptimizer) throws IOException {
        Path file = folder.resolve("noise.pth");
        TrainingCheckpoint.write(file, CONFIG, 7, withOptimizer);
        return file;
    }

    @Test
    void readsBackBitForBit() throws IOException {
        StateDict expected = NOISE.stateDict();
        Checkpoint checkpoint = Checkpoint.open(write(false));
        assertEquals("a whole FIANet", Recognition.of(checkpoint).words());
        assertEquals(
                List.copyOf(expected.names()), List.copyOf(checkpoint.tensors().names()));
        for (String name : expected.names()) {
            assertEquals(
                    expected.entry(name).shape(),
                    checkpoint.tensors().entry(name).shape(),
                    name);
            MemorySegment wanted = expected.get(name).toBytes();
            assertEquals(-1, wanted.mismatch(checkpoint.tensors().get(name).toBytes()), name);
        }
    }

    @Test
    void holdsMomentsOfEveryParameterThatLearns() throws IOException {
        Map<?, ?> root =
                assertInstanceOf(Map.class, TorchCheckpoint.open(write(true)).root());
        Map<?, ?> optimizer = assertInstanceOf(Map.class, root.get("optimizer"));
        Map<?, ?> state = assertInstanceOf(Map.class, optimizer.get("state"));
        List<StateEntry> trained = OptimizerGroups.of(CONFIG, NOISE.entries()).stream()
                .flatMap(List::stream)
                .toList();
        int unused = 29;
        assertEquals(trained.size() - unused, state.size());
        for (Map.Entry<?, ?> moments : state.entrySet()) {
            StateEntry parameter = trained.get(((Number) moments.getKey()).intValue());
            assertFalse(OptimizerGroups.isNeverUsed(parameter.name()), parameter.name());
            Object mean = assertInstanceOf(Map.class, moments.getValue()).get("exp_avg");
            int[] shape = assertInstanceOf(TorchCheckpoint.TensorRef.class, mean)
                    .shape()
                    .dims();
            assertEquals(parameter.shape(), Arrays.stream(shape).boxed().toList());
        }
    }

    /** PyTorch maps storages into memory, which needs them aligned. */
    @Test
    void entriesAreStoredAndStartAtMultiplesOf64() throws IOException {
        Path file = write(false);
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertEquals(NOISE.entries().size() + 4, zip.size());
            zip.stream().forEach(entry -> assertEquals(ZipEntry.STORED, entry.getMethod(), entry.getName()));
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int end = bytes.capacity() - 22;
        int entries = bytes.getShort(end + 10);
        int directory = bytes.getInt(end + 16);
        for (int i = 0; i < entries; i++) {
            int local = bytes.getInt(directory + 42);
            int data = local + 30 + bytes.getShort(local + 26) + bytes.getShort(local + 28);
            assertEquals(0, data % 64);
            directory += 46 + bytes.getShort(directory + 28) + bytes.getShort(directory + 30);
        }
    }
}
