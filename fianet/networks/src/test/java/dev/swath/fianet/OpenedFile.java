package dev.swath.fianet;

import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.kernels.Backend;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A golden checkpoint opened as a user would, with what its tensors do not tell.
 *
 * @param network loaded
 * @param sentenceLength ids a sentence
 * @param imageSize side of its images
 * @param backend where it runs
 */
public record OpenedFile(ReferringNetwork network, int sentenceLength, int imageSize, Backend backend) {
    /** A file of a golden case, copied into {@code folder}, with the text of a {@code config.json}. */
    public static OpenedFile of(String golden, String file, Path folder, String config) throws IOException {
        return of(Golden.copy(golden, file, folder), config);
    }

    /** A file with the text of a {@code config.json}. */
    public static OpenedFile of(Path path, String config) throws IOException {
        Path settings = Files.writeString(path.resolveSibling(path.getFileName() + ".json"), config);
        Model model = Model.open(path, null, settings, null, null);
        return new OpenedFile(
                model.network(), model.sentenceLength(), model.preprocessor().size(), new ScalarBackend());
    }
}
