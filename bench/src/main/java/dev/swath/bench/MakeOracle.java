package dev.swath.bench;

import dev.swath.bench.checkpoint.NoiseWeights;
import dev.swath.bench.peers.FiaNetInput;
import dev.swath.bench.peers.NetworkConfig;
import dev.swath.bench.peers.SyntheticInput;
import dev.swath.bench.peers.TorchFiaNet;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Command that writes what a correct engine must answer: a synthetic scene as PNG, and a safetensors file with the
 * normalised scene, a sentence with its masks, and the logits that libtorch computes in 64-bit floats from the same noise
 * weights that {@link MakeCheckpoint} writes for the same seed.
 */
public final class MakeOracle {
    private static final String USAGE =
            "usage: MakeOracle --out PREFIX [--seed N] [--tmem-blocks 1|3] [--size PX] [--words N] [--single]";

    private MakeOracle() {}

    /** Runs the command; the exit status is 0 done, 1 failed, 2 wrong usage. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        long seed = 1;
        int tmemBlocks = 1;
        int size = 480;
        int words = 20;
        String out = "";
        TorchFiaNet.Precision precision = TorchFiaNet.Precision.DOUBLE;
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--seed" -> seed = Long.parseLong(arguments[++i]);
                    case "--tmem-blocks" -> tmemBlocks = Integer.parseInt(arguments[++i]);
                    case "--size" -> size = Integer.parseInt(arguments[++i]);
                    case "--words" -> words = Integer.parseInt(arguments[++i]);
                    case "--out" -> out = arguments[++i];
                    case "--single" -> precision = TorchFiaNet.Precision.SINGLE;
                    default -> throw new IllegalArgumentException(arguments[i]);
                }
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException unusable) {
            System.err.println(USAGE);
            return 2;
        }
        if (out.isEmpty() || tmemBlocks < 1) {
            System.err.println(USAGE);
            return 2;
        }
        try {
            SyntheticInput scene = SyntheticInput.of(size, size, words, seed);
            NetworkConfig config = NetworkConfig.base(tmemBlocks);
            StateDict weights = new NoiseWeights(config, seed).stateDict();
            try (TorchFiaNet network = new TorchFiaNet(config, weights, precision)) {
                write(Path.of(out), scene, network.forward(scene.input()).to(DType.F32));
            }
            return 0;
        } catch (IOException failure) {
            System.err.println("cannot write " + out + ": " + failure.getMessage());
            return 1;
        }
    }

    private static void write(Path prefix, SyntheticInput scene, Tensor logits) throws IOException {
        FiaNetInput input = scene.input();
        ImageIO.write(
                scene.picture(),
                "png",
                prefix.resolveSibling(prefix.getFileName() + ".png").toFile());
        StateDict tensors = new StateDict()
                .put("image", input.image())
                .put("ids", input.ids())
                .put("ctx", input.context())
                .put("obj", input.object())
                .put("pos", input.position())
                .put("logits", logits);
        Safetensors.write(prefix.resolveSibling(prefix.getFileName() + "-oracle.safetensors"), tensors, Map.of());
    }
}
