package dev.swath.bench.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.bench.peers.NetworkConfig;
import dev.swath.files.json.Json;
import dev.swath.tensor.StateDict;
import dev.swath.testkit.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StateLayoutTest {
    @ParameterizedTest
    @CsvSource({"1, 853, 772, 251918706", "3, 885, 804, 256168626"})
    void theFullSizeNetworkHasThePublishedCounts(int tmemBlocks, int entries, int parameters, long values) {
        List<StateEntry> layout = StateLayout.of(NetworkConfig.base(tmemBlocks));
        assertEquals(entries, layout.size());
        assertEquals(parameters, layout.stream().filter(StateEntry::isParameter).count());
        assertEquals(values, StateLayout.parameterCount(layout));
        assertEquals(entries, layout.stream().map(StateEntry::name).distinct().count());
    }

    @Test
    void namesAndShapesAreThoseOfTheGoldenNetwork() {
        StateDict expected = Golden.of("model_tiny").under("param/");
        StateDict actual = new NoiseWeights(NetworkConfig.tiny(1), 1).stateDict();
        for (String name : expected.names()) {
            assertEquals(expected.entry(name).shape(), actual.entry(name).shape(), name);
            assertEquals(expected.entry(name).dtype(), actual.entry(name).dtype(), name);
        }
        List<String> extra =
                actual.names().stream().filter(name -> !expected.contains(name)).toList();
        assertTrue(extra.stream().allMatch(name -> name.endsWith(".relative_position_index")), extra.toString());
    }

    @Test
    void optimizerGroupsAreInTheOrderOfTheGoldenTraining() {
        Object groups = Golden.of("model_tiny_training").description().get("groups");
        List<Object> expected = Json.asList(groups, "groups").stream()
                .map(group -> Json.asObject(group, "group").get("names"))
                .toList();
        int trainedTextLayers = 1;
        List<List<String>> actual =
                OptimizerGroups.of(StateLayout.of(NetworkConfig.tiny(3)), trainedTextLayers).stream()
                        .map(entries -> entries.stream().map(StateEntry::name).toList())
                        .toList();
        assertEquals(expected, actual);
    }

    @Test
    void twentyNineParametersAreNeverUsed() {
        List<StateEntry> unused = StateLayout.of(NetworkConfig.base(1)).stream()
                .filter(entry -> entry.isParameter() && OptimizerGroups.isNeverUsed(entry.name()))
                .toList();
        assertEquals(29, unused.size());
        assertEquals(13_198_482, StateLayout.parameterCount(unused));
    }

    @Test
    void noiseDependsOnSeedAndNameOnly() {
        NoiseWeights noise = new NoiseWeights(NetworkConfig.tiny(1), 5);
        StateEntry entry = noise.entries().getFirst();
        float[] values = noise.floats(entry);
        assertArrayEquals(values, noise.stateDict().get(entry.name()).toFloatArray());
        assertArrayEquals(values, new NoiseWeights(NetworkConfig.tiny(3), 5).floats(entry));
        assertTrue(values[0] != new NoiseWeights(NetworkConfig.tiny(1), 6).floats(entry)[0]);
    }
}
