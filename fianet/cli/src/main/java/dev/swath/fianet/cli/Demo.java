package dev.swath.fianet.cli;

import dev.swath.fianet.image.Images;
import dev.swath.fianet.image.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The scene that the demo looks at, and what it looks for. The scene is none of those that the bundled model has learned from. */
final class Demo {
    /** What is sought in turn. */
    static final List<String> SENTENCES =
            List.of("The stadium on the upper right", "The stadium on the lower left", "The basketball court");

    private static final String SCENE = "scene.png";

    private Demo() {}

    static RgbImage scene() {
        try (InputStream in = Demo.class.getResourceAsStream(SCENE)) {
            if (in == null) {
                throw new IllegalStateException("[demo] the bundled scene is missing from this build");
            }
            return Images.read(in.readAllBytes(), SCENE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
