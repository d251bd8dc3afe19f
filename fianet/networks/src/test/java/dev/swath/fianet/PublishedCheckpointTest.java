package dev.swath.fianet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.autograd.RandomSource;
import dev.swath.fianet.model.fianet.FiaNet;
import dev.swath.fianet.model.fianet.FiaNetConfig;
import dev.swath.fianet.model.skeleton.TrunkConfig;
import dev.swath.nn.bert.BertConfig;
import dev.swath.nn.swin.SwinConfig;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.weights.Checkpoint;
import dev.swath.weights.Safetensors;
import dev.swath.weights.WeightsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedCheckpointTest {
    @TempDir
    private Path folder;

    private static StateDict network() {
        FiaNet network = new FiaNet(new FiaNetConfig(
                new TrunkConfig(
                        new SwinConfig(8, List.of(1, 2, 1, 1), List.of(1, 2, 4, 8), 4, 4, 4, 0.3),
                        new BertConfig(20, 64, 1, 1, 16, 24, 2, 0.1, 1e-12)),
                3,
                FiaNetConfig.Wiring.REFERENCE,
                FiaNetConfig.Ablation.NONE));
        network.initialise(new RandomSource(3));
        return network.stateDict();
    }

    @Test
    void thereAndBackIsBitForBit() {
        StateDict own = network();
        Path safetensors = folder.resolve("a.safetensors");
        Path torch = folder.resolve("a.pth");
        Safetensors.write(safetensors, own, Map.of());
        PublishedCheckpoint.write(Checkpoint.open(safetensors), safetensors, torch);
        StateDict back = Checkpoint.open(torch).tensors();
        assertEquals(List.copyOf(own.names()), List.copyOf(back.names()));
        for (String name : own.names()) {
            assertEquals(own.entry(name).dtype(), back.entry(name).dtype(), name);
            assertEquals(-1, own.get(name).toBytes().mismatch(back.get(name).toBytes()), name);
        }
    }

    /** A file in half precision, in another order and without what can be computed gives the whole layout. */
    @Test
    void whatIsLeftOutIsMadeUpFor() {
        StateDict own = network();
        StateDict sparse = new StateDict();
        for (String name : List.copyOf(own.names()).reversed()) {
            if (!name.endsWith("relative_position_index")) {
                var value = own.get(name);
                sparse.put(name, value.dtype().isFloating() ? value.to(DType.BF16) : value);
            }
        }
        Path safetensors = folder.resolve("a.safetensors");
        Safetensors.write(safetensors, sparse, Map.of());
        StateDict out = PublishedCheckpoint.tensors(Checkpoint.open(safetensors));
        assertEquals(List.copyOf(own.names()), List.copyOf(out.names()));
        String index = "backbone.layers.0.blocks.0.attn.relative_position_index";
        assertEquals(DType.I64, out.entry(index).dtype());
        assertEquals(-1, own.get(index).toBytes().mismatch(out.get(index).toBytes()));
        assertEquals(DType.F32, out.entry("classifier.conv1_1.weight").dtype());
    }

    @Test
    void anIncompleteModelIsRefused() {
        StateDict own = network();
        StateDict less = new StateDict();
        own.names().stream().filter(n -> !n.equals("classifier.conv1_1.bias")).forEach(n -> less.put(n, own.entry(n)));
        Path safetensors = folder.resolve("a.safetensors");
        Safetensors.write(safetensors, less, Map.of());
        WeightsException e =
                assertThrows(WeightsException.class, () -> PublishedCheckpoint.tensors(Checkpoint.open(safetensors)));
        assertTrue(e.getMessage().contains("classifier.conv1_1.bias"), e.getMessage());
    }
}
