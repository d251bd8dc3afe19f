package dev.swath.bench;

import dev.swath.bench.checkpoint.StateEntry;
import dev.swath.bench.checkpoint.StateLayout;
import dev.swath.bench.checkpoint.TrainingCheckpoint;
import dev.swath.bench.peers.NetworkConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Command that writes a full-size checkpoint of noise weights, to test loading without any download. */
public final class MakeCheckpoint {
    private static final String USAGE =
            "usage: MakeCheckpoint --out F.pth [--seed N] [--tmem-blocks 1|3] [--with-optimizer]";

    private MakeCheckpoint() {}

    /** Runs the command; the exit status is 0 done, 1 failed, 2 wrong usage. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        long seed = 1;
        int tmemBlocks = 1;
        String out = "";
        boolean withOptimizer = false;
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--seed" -> seed = Long.parseLong(arguments[++i]);
                    case "--tmem-blocks" -> tmemBlocks = Integer.parseInt(arguments[++i]);
                    case "--out" -> out = arguments[++i];
                    case "--with-optimizer" -> withOptimizer = true;
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
            NetworkConfig config = NetworkConfig.base(tmemBlocks);
            Path file = Path.of(out);
            TrainingCheckpoint.write(file, config, seed, withOptimizer);
            List<StateEntry> entries = StateLayout.of(config);
            System.err.printf(
                    "%s: %,d bytes, %d tensors, %,d parameters%n",
                    file, Files.size(file), entries.size(), StateLayout.parameterCount(entries));
            return 0;
        } catch (IOException failure) {
            System.err.println("cannot write " + out + ": " + failure.getMessage());
            return 1;
        }
    }
}
