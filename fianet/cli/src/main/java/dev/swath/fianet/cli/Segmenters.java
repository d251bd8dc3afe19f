package dev.swath.fianet.cli;

import dev.swath.fianet.KernelWarmUp;
import dev.swath.fianet.ReferringSegmenter;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/** Opens what {@code --weights} names. */
final class Segmenters {
    /** Stands for the model inside the artifact; a file or folder of this name is {@code ./bundled}. */
    static final String BUNDLED = "bundled";

    private Segmenters() {}

    static boolean isBundled(Path weights) {
        return Settings.means(weights, BUNDLED);
    }

    /** Opens it, and warms the kernels up on another thread meanwhile, unless there is to be but one. */
    static ReferringSegmenter open(CommandSpec spec, Path weights, ReferringSegmenter.Options options) {
        Settings.tellInside(spec, weights, BUNDLED, "model");
        Parallelism threads = options.parallelism();
        if (threads != null && threads.threads() == 1) {
            return openCold(weights, options);
        }
        Backend backend = Backends.discover().choose(options.device());
        try (KernelWarmUp _ = KernelWarmUp.start(backend)) {
            return openCold(weights, options);
        }
    }

    private static ReferringSegmenter openCold(Path weights, ReferringSegmenter.Options options) {
        return isBundled(weights) ? ReferringSegmenter.bundled(options) : ReferringSegmenter.open(weights, options);
    }
}
