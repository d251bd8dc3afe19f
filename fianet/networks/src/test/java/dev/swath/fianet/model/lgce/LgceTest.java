package dev.swath.fianet.model.lgce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.OpenedFile;
import dev.swath.fianet.model.GoldenNetworks;
import dev.swath.tensor.StateDict;
import dev.swath.testkit.Golden;
import dev.swath.weights.TorchWriter;
import dev.swath.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LgceTest {
    @TempDir
    Path folder;

    private OpenedFile open(StateDict tensors, String settings) throws IOException {
        Path file = folder.resolve("lgce.pth");
        TorchWriter.write(file, "model", tensors);
        return OpenedFile.of(file, settings);
    }

    @Test
    void aFileOfItsOwnIsOpened() throws IOException {
        OpenedFile opened = open(
                Golden.of("lgce_net").under("param/"),
                "{\"bert\": {\"heads\": 2}, \"exchange_head\": 4, \"image_size\": 64}");
        assertEquals(2, ((LgceConfig) opened.network().config()).exchangeRatio());
        GoldenNetworks.LGCE.checkEvaluation(opened.network(), opened.backend());
    }

    @Test
    void whatTheTensorsDoNotTellIsAskedFor() {
        WeightsException e = assertThrows(
                WeightsException.class,
                () -> open(Golden.of("lgce_net").under("param/"), "{\"bert\": {\"heads\": 2}, \"image_size\": 64}"));
        assertTrue(e.getMessage().contains("does not say exchange_head of the network"), e.getMessage());
    }
}
