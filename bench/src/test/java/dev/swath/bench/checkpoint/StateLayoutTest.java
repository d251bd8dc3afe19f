package dev.swath.bench.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.bench.GoldenCase;
import dev.swath.bench.peers.NetworkConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    void namesAndShapesAreThoseOfTheGoldenNetwork() throws IOException {
        GoldenCase golden = new GoldenCase("model_tiny");
        List<StateEntry> floats = StateLayout.of(NetworkConfig.tiny(1)).stream()
                .filter(entry -> !entry.isInteger())
                .toList();
        for (StateEntry entry : floats) {
            long[] shape = entry.shape().stream().mapToLong(Integer::longValue).toArray();
            assertArrayEquals(golden.shape("param/" + entry.name()), shape, entry.name());
        }
        assertEquals(golden.floatsBelow("param/").size(), floats.size());
    }

    @Test
    void optimizerGroupsAreInTheOrderOfTheGoldenTraining() throws IOException {
        List<List<String>> expected = new ArrayList<>();
        String description = GoldenCase.description("model_tiny_training");
        String groups = description.substring(description.indexOf("\"groups\""), description.indexOf("\"losses\""));
        Matcher group = Pattern.compile("\"names\":\\s*\\[([^\\]]*)]").matcher(groups);
        while (group.find()) {
            Matcher name = Pattern.compile("\"([^\"]+)\"").matcher(group.group(1));
            expected.add(name.results().map(found -> found.group(1)).toList());
        }
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
        assertArrayEquals(values, noise.floats().get(entry.name()));
        assertArrayEquals(values, new NoiseWeights(NetworkConfig.tiny(3), 5).floats(entry));
        assertTrue(values[0] != new NoiseWeights(NetworkConfig.tiny(1), 6).floats(entry)[0]);
    }
}
