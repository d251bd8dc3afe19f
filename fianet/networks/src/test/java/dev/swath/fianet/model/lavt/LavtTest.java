package dev.swath.fianet.model.lavt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.fianet.OpenedFile;
import dev.swath.fianet.model.GoldenNetworks;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LavtTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"lavt_one_ddp_legacy.pth", "lavt_separate_bert.pth"})
    void publishedFiles(String file) throws IOException {
        OpenedFile opened =
                OpenedFile.of("lineage_files", file, folder, "{\"bert\": {\"heads\": 2}, \"image_size\": 64}");
        assertEquals("lavt", opened.network().config().network());
        GoldenNetworks.LAVT.checkEvaluation(opened.network(), opened.backend());
    }
}
