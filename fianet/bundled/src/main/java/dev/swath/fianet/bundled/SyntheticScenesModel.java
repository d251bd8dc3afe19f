package dev.swath.fianet.bundled;

import dev.swath.fianet.BundledFiles;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The files of the model that Swath trained on synthetic scenes, which lie beside this class. */
public final class SyntheticScenesModel implements BundledFiles {
    /** For the service loader. */
    public SyntheticScenesModel() {}

    @Override
    public @Nullable InputStream open(String name) {
        return SyntheticScenesModel.class.getResourceAsStream(name);
    }
}
