package dev.swath.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchWriterTest {
    @TempDir
    private Path folder;

    /** More entries than a pickle writes at a time, of several types and ranks. */
    private static StateDict tensors() {
        StateDict out = new StateDict();
        for (int i = 0; i < 1100; i++) {
            out.put("layers." + i + ".weight", Tensor.of(new float[] {i, -i, 0.5f, i / 3f, 1, 2}, 2, 3));
        }
        out.put("bn.num_batches_tracked", Tensor.of(new long[] {7_000_000_000L}).reshape(Shape.of()));
        out.put("half", Tensor.of(new float[] {1.5f, -2}, 2).to(DType.F16));
        out.put("empty", Tensor.zeros(0, 4));
        return out;
    }

    @Test
    void readsBackBitForBitAndInOrder() {
        Path file = folder.resolve("a.pth");
        StateDict written = tensors();
        TorchWriter.write(file, "model", written);
        StateDict read = Checkpoint.open(file).tensors();
        assertEquals(List.copyOf(written.names()), List.copyOf(read.names()));
        for (String name : written.names()) {
            assertEquals(written.entry(name).dtype(), read.entry(name).dtype(), name);
            assertEquals(written.entry(name).shape(), read.entry(name).shape(), name);
            assertEquals(-1, written.get(name).toBytes().mismatch(read.get(name).toBytes()), name);
        }
    }

    @Test
    void theRootIsADictWithTheKey() {
        Path file = folder.resolve("a.pth");
        TorchWriter.write(file, "model", tensors());
        Map<?, ?> root = assertInstanceOf(Map.class, TorchCheckpoint.open(file).root());
        assertEquals(List.of("model"), List.copyOf(root.keySet()));
    }
}
