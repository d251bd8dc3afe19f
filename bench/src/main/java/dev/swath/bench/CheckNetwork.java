package dev.swath.bench;

import dev.swath.bench.checkpoint.ComparedCheckpoint;
import dev.swath.bench.checkpoint.NoiseWeights;
import dev.swath.bench.peers.ComparedConfig;
import dev.swath.bench.peers.ComparedNetwork;
import dev.swath.bench.peers.FiaNetInput;
import dev.swath.bench.peers.SyntheticInput;
import dev.swath.bench.peers.TorchCompared;
import dev.swath.bench.peers.TorchFiaNet;
import dev.swath.fianet.ReferringSegmenter;
import dev.swath.fianet.image.Images;
import dev.swath.kernels.DeviceRequest;
import dev.swath.kernels.Parallelism;
import dev.swath.tensor.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Command that makes a full-size checkpoint of noise weights of a compared network in its published form, opens it as {@code
 * swath segment --weights} does, and compares the logits with those of libtorch in 64-bit floats, beside those of libtorch in
 * 32-bit floats. It prints one row of a table in Markdown and leaves no file.
 */
public final class CheckNetwork {
    private static final String USAGE = "usage: CheckNetwork --network NAME --data FOLDER [--seed N]";
    private static final int THREADS = 2;

    private CheckNetwork() {}

    /** Runs the command; the exit status is 0 right, 1 wrong or failed, 2 wrong usage. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        ComparedNetwork network;
        Path data;
        long seed = 1;
        try {
            String name = "";
            String folder = "";
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--network" -> name = arguments[++i];
                    case "--data" -> folder = arguments[++i];
                    case "--seed" -> seed = Long.parseLong(arguments[++i]);
                    default -> throw new IllegalArgumentException(arguments[i]);
                }
            }
            network = ComparedNetwork.named(name);
            data = Path.of(folder);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException unusable) {
            System.err.println(USAGE);
            return 2;
        }
        Path file = data.resolve("seed" + seed + "-" + network.key() + ".pth");
        try {
            Files.createDirectories(data);
            try {
                ComparedCheckpoint.write(file, ComparedConfig.published(network), seed);
                return compare(network, file, seed) ? 0 : 1;
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException failure) {
            System.err.println("the check of " + network.key() + " failed: " + failure.getMessage());
            return 1;
        }
    }

    private static boolean compare(ComparedNetwork network, Path file, long seed) throws IOException {
        int size = ComparedConfig.imageSize(network);
        SyntheticInput scene = SyntheticInput.of(size, size, ComparedConfig.words(network), seed);
        float[] expected = libtorch(network, scene.input(), seed, TorchFiaNet.Precision.DOUBLE);
        float[] single = libtorch(network, scene.input(), seed, TorchFiaNet.Precision.SINGLE);
        float[] got = swath(file, scene);
        double largest = Errors.relative(expected, got);
        double mean = Errors.relativeMean(expected, got);
        boolean right = largest <= Errors.LARGEST_OF_LOGITS && mean <= Errors.MEAN_OF_LOGITS;
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.2f GB | %.1e | %.1e | %.1e | %.1e | %s |%n",
                network.key(),
                size,
                Files.size(file) / 1e9,
                largest,
                mean,
                Errors.relative(expected, single),
                Errors.relativeMean(expected, single),
                right ? "right" : "WRONG");
        return right;
    }

    private static float[] libtorch(
            ComparedNetwork network, FiaNetInput input, long seed, TorchFiaNet.Precision precision) {
        TorchFiaNet.setThreads(THREADS);
        TorchFiaNet.setOneDnn(false);
        ComparedConfig config = ComparedConfig.published(network);
        StateDict weights = new NoiseWeights(config, seed).stateDict();
        try (TorchCompared peer = new TorchCompared(config, weights, precision)) {
            return peer.forward(input).toFloatArray();
        }
    }

    private static float[] swath(Path file, SyntheticInput scene) {
        ReferringSegmenter.Options options = ReferringSegmenter.Options.defaults()
                .withDevice(DeviceRequest.CPU)
                .withParallelism(Parallelism.ofThreads(THREADS));
        FiaNetInput input = scene.input();
        ReferringSegmenter.Tokens tokens = new ReferringSegmenter.Tokens(
                input.ids().toLongArray(),
                input.context().toLongArray(),
                input.object().toLongArray(),
                input.position().toLongArray());
        try (ReferringSegmenter segmenter = ReferringSegmenter.open(file, options)) {
            return segmenter
                    .segment(Images.of(scene.picture()), tokens)
                    .logits()
                    .toFloatArray();
        }
    }
}
