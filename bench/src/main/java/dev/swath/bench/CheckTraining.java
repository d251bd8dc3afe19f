package dev.swath.bench;

import dev.swath.bench.checkpoint.NoiseWeights;
import dev.swath.bench.peers.FiaNetInput;
import dev.swath.bench.peers.NetworkConfig;
import dev.swath.bench.peers.SwathTraining;
import dev.swath.bench.peers.TorchFiaNet;
import dev.swath.bench.peers.TorchTraining;
import dev.swath.bench.peers.TrainingEngine;
import dev.swath.fianet.BundledModel;
import dev.swath.fianet.data.Batch;
import dev.swath.fianet.data.BatchLoader;
import dev.swath.nn.optim.PolySchedule;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Safetensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Command that trains the same compact FIANet side by side on Swath, on libtorch in 64-bit floats and on libtorch in 32-bit
 * floats: the same weights to begin with, the same batches of synthetic scenes, the published loss, AdamW with the published
 * groups, the poly schedule. Each step's losses are printed. Training amplifies rounding, so no engine in 32-bit floats stays
 * on the exact course: libtorch's own drift is printed beside Swath's. The exit status is 1 if Swath's loss is more than a
 * hundredth away from that in 64-bit floats in some step, and further than libtorch's ever is.
 */
public final class CheckTraining {
    private static final String USAGE = "usage: CheckTraining [--steps N] [--batch N] [--size PX] [--rate R] [--seed N]"
            + " [--weights FILE.safetensors]";
    private static final double TOLERANCE = 0.01;
    private static final int THREADS = 2;

    private CheckTraining() {}

    private record Options(int steps, int batch, int size, double rate, long seed, Optional<Path> weights) {}

    /** Runs the command; the exit status is 0 near enough, 1 too far away, 2 wrong usage. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        int steps = 50;
        int batch = 8;
        int size = 128;
        double rate = 5e-5;
        long seed = 1;
        Optional<Path> weights = Optional.empty();
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--steps" -> steps = Integer.parseInt(arguments[++i]);
                    case "--batch" -> batch = Integer.parseInt(arguments[++i]);
                    case "--size" -> size = Integer.parseInt(arguments[++i]);
                    case "--rate" -> rate = Double.parseDouble(arguments[++i]);
                    case "--seed" -> seed = Long.parseLong(arguments[++i]);
                    case "--weights" -> weights = Optional.of(Path.of(arguments[++i]));
                    default -> throw new IllegalArgumentException(arguments[i]);
                }
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException unusable) {
            System.err.println(USAGE);
            return 2;
        }
        return compare(new Options(steps, batch, size, rate, seed, weights));
    }

    private static int compare(Options options) {
        NetworkConfig config = compact();
        StateDict weights = options.weights
                .map(CheckTraining::read)
                .orElseGet(() -> new NoiseWeights(config, options.seed).stateDict());
        TorchFiaNet.setThreads(THREADS);
        PolySchedule schedule = PolySchedule.published(options.rate, options.steps);
        double worst = 0;
        double worstOfLibtorch = 0;
        System.out.println("step  libtorch f64  Swath     away        libtorch f32  away");
        try (TrainingEngine swath = new SwathTraining(config, weights, THREADS);
                TrainingEngine exact = new TorchTraining(config, weights, TorchFiaNet.Precision.DOUBLE);
                TrainingEngine single = new TorchTraining(config, weights, TorchFiaNet.Precision.SINGLE);
                BatchLoader batches =
                        TrainingScenes.batches(options.steps, options.batch, options.size, options.seed)) {
            for (int step = 0; step < options.steps; step++) {
                Batch batch = batches.next();
                FiaNetInput input = TrainingScenes.input(batch);
                double wanted = exact.step(input, batch.target());
                double mine = swath.step(input, batch.target());
                double theirs = single.step(input, batch.target());
                double rate = options.rate * Math.pow(1 - (double) step / options.steps, 0.9);
                exact.update(rate);
                single.update(rate);
                swath.update(schedule.at(step));
                double away = Math.abs(mine - wanted) / wanted;
                double libtorchAway = Math.abs(theirs - wanted) / wanted;
                worst = Math.max(worst, away);
                worstOfLibtorch = Math.max(worstOfLibtorch, libtorchAway);
                System.out.printf(
                        Locale.ROOT,
                        "%4d  %.6f      %.6f  %8.4f %%  %.6f      %8.4f %%%n",
                        step + 1,
                        wanted,
                        mine,
                        100 * away,
                        theirs,
                        100 * libtorchAway);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "furthest away: Swath %.4f %%, libtorch in 32-bit floats %.4f %%%n",
                100 * worst,
                100 * worstOfLibtorch);
        return worst <= Math.max(TOLERANCE, worstOfLibtorch) ? 0 : 1;
    }

    /** All tensors, the floating-point ones in f32. */
    private static StateDict read(Path file) {
        StateDict stored = Safetensors.open(file).tensors();
        StateDict result = new StateDict();
        for (String name : stored.names()) {
            Tensor value = stored.get(name);
            result.put(name, value.dtype() == DType.F16 || value.dtype() == DType.BF16 ? value.to(DType.F32) : value);
        }
        return result;
    }

    /** The sizes of the bundled model. */
    private static NetworkConfig compact() {
        return new NetworkConfig(
                32,
                List.of(2, 2, 4, 2),
                List.of(1, 2, 4, 8),
                8,
                List.of(1, 1, 1, 1),
                1,
                new NetworkConfig.Text(BundledModel.vocabulary().size(), 128, 2, 4, 256, 32, 2));
    }
}
