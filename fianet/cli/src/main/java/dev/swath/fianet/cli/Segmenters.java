package dev.swath.fianet.cli;

import dev.swath.fianet.KernelWarmUp;
import dev.swath.fianet.ReferringSegmenter;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.Parallelism;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Opens what {@code --weights} names. */
final class Segmenters {
    /** Stands for the model inside the artifact; a file or folder of this name is {@code ./bundled}. */
    static final String BUNDLED = "bundled";

    /** Options and arguments for what is written. */
    private static final Set<String> WRITTEN = Set.of("--out", "out", "--save-logits");

    private Segmenters() {}

    static boolean isBundled(Path weights) {
        return Settings.means(weights, BUNDLED);
    }

    /** Says so where the word is also the name of a file or folder. */
    static void tellInside(CommandSpec spec, Path weights) {
        Settings.tellInside(spec, weights, BUNDLED, "model");
    }

    /**
     * Refuses the word in place of a file that is read and is not there; options for weights take it, and what is written may have
     * any name.
     */
    static void requireNoWordForAFile(ParseResult parsed) {
        for (ArgSpec arg : parsed.matchedArgs()) {
            String name = arg.isOption() ? ((OptionSpec) arg).longestName() : arg.paramLabel();
            boolean free = name.endsWith("weights") || WRITTEN.contains(name.toLowerCase(Locale.ROOT));
            if (!free && arg.getValue() instanceof Path path && isBundled(path) && !Files.exists(path)) {
                throw new ParameterException(
                        parsed.commandSpec().commandLine(),
                        name + " must name a file, but '" + BUNDLED
                                + "' stands for the model inside, as --weights takes it;" + " 'swath summary --weights "
                                + BUNDLED + "' lists its parts");
            }
        }
        if (parsed.hasSubcommand()) {
            requireNoWordForAFile(parsed.subcommand());
        }
    }

    /** Where to work, and the model's own files; what is asked besides is for the command to add. */
    static ReferringSegmenter.Options options(RunOptions run, ModelOptions model, Parallelism threads) {
        return ReferringSegmenter.Options.defaults()
                .withDevice(run.device)
                .withPrecision(run.precision())
                .withParallelism(threads)
                .withVocabulary(model.vocab)
                .withModelConfig(model.modelConfig);
    }

    /** Opens it, and warms the kernels up on another thread meanwhile, unless there is to be but one. */
    static ReferringSegmenter open(CommandSpec spec, Path weights, ReferringSegmenter.Options options) {
        tellInside(spec, weights);
        return isBundled(weights)
                ? openBundled(options)
                : warmedUp(options, () -> ReferringSegmenter.open(weights, options));
    }

    /** Opens the model inside, in the same way. */
    static ReferringSegmenter openBundled(ReferringSegmenter.Options options) {
        return warmedUp(options, () -> ReferringSegmenter.bundled(options));
    }

    private static ReferringSegmenter warmedUp(
            ReferringSegmenter.Options options, Supplier<ReferringSegmenter> opening) {
        Parallelism threads = options.parallelism();
        if (threads != null && threads.threads() == 1) {
            return opening.get();
        }
        Backend backend = Backends.discover().choose(options.device());
        try (KernelWarmUp _ = KernelWarmUp.start(backend)) {
            return opening.get();
        }
    }
}
