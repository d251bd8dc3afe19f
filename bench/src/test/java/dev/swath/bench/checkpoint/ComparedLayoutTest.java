package dev.swath.bench.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.bench.peers.ComparedConfig;
import dev.swath.bench.peers.ComparedNetwork;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparedLayoutTest {
    @ParameterizedTest
    @CsvSource({
        "LAVT, 648, 606, 227739514",
        "LAVT_ONE, 648, 606, 227739514",
        "RMSIN, 1107, 870, 240037163",
        "REMOTESAM, 1107, 870, 241590421",
        "DLSA_ORIGINAL, 1367, 1106, 252778792",
        "DLSA_LEGACY, 1484, 1223, 256869249",
        "MAFN, 1622, 1349, 350056899",
        "LGCE, 712, 670, 252027770",
        "CROSSVLT, 693, 651, 236711038",
        "FIANET_CIM, 0, 852, 253244232",
        "FIANET_LGCE, 0, 766, 268040242",
        "FIANET_NONE, 0, 702, 243751986"
    })
    void theFullSizeNetworkHasThePublishedCounts(ComparedNetwork network, int entries, int parameters, long values) {
        List<StateEntry> layout = ComparedLayout.of(ComparedConfig.published(network));
        assertEquals(parameters, layout.stream().filter(StateEntry::isParameter).count());
        assertEquals(values, StateLayout.parameterCount(layout));
        if (entries > 0) {
            assertEquals(entries, layout.size());
        }
        assertEquals(
                layout.size(), layout.stream().map(StateEntry::name).distinct().count());
    }
}
