package dev.swath.fianet;

import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Holds the files of {@link BundledModel}; the artifact {@code swath-fianet-bundled} gives one to the service loader. */
public interface BundledFiles {
    /** Opens {@code config.json}, {@code model.safetensors} or {@code vocab.txt}; null if it is not there. */
    @Nullable
    InputStream open(String name);
}
