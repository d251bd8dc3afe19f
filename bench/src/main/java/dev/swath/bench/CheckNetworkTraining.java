package dev.swath.bench;

import dev.swath.bench.checkpoint.NoiseWeights;
import dev.swath.bench.peers.ComparedConfig;
import dev.swath.bench.peers.ComparedNetwork;
import dev.swath.bench.peers.FiaNetInput;
import dev.swath.bench.peers.SwathTraining;
import dev.swath.bench.peers.TorchFiaNet;
import dev.swath.bench.peers.TorchTraining;
import dev.swath.bench.peers.TrainingEngine;
import dev.swath.fianet.data.Batch;
import dev.swath.fianet.data.BatchLoader;
import dev.swath.nn.optim.PolySchedule;
import dev.swath.tensor.StateDict;
import java.util.Locale;

/**
 * Command that trains a small network of one of the compared kinds on Swath, on libtorch in 64-bit floats and on libtorch in
 * 32-bit floats side by side, from several starts, and prints one row of a table in Markdown: how far the losses of Swath and of
 * libtorch in 32-bit floats come from those in 64-bit floats. The exit status is 1 if Swath's are in some step more than a
 * hundredth away, and over all steps and starts more than a quarter further than libtorch's (by the geometric mean).
 */
public final class CheckNetworkTraining {
    private static final String USAGE =
            "usage: CheckNetworkTraining --network NAME [--starts N] [--steps N] [--batch N]"
                    + " [--size PX] [--rate R] [--seed N]";
    private static final double TOLERANCE = 0.01;
    private static final int THREADS = 2;
    private static final int CELL = 32;

    /** How much further than libtorch's losses Swath's may typically come: where rounding grows to percents, luck decides. */
    private static final double LUCK = 1.25;

    /** A distance below which losses in 32-bit floats are the same. */
    private static final double LEAST = 1e-8;

    private CheckNetworkTraining() {}

    private record Options(
            ComparedNetwork network, int starts, int steps, int batch, int size, double rate, long seed) {}

    /** How far losses came from the exact ones, relative to them. */
    private static final class Distance {
        private double furthest;
        private double logarithms;
        private int count;

        void add(double wanted, double got) {
            double away = Math.abs(got - wanted) / wanted;
            furthest = Double.isNaN(away) ? Double.POSITIVE_INFINITY : Math.max(furthest, away);
            logarithms += Math.log(Math.max(away, LEAST));
            count++;
        }

        /** Geometric mean: the first steps, in which rounding has just begun to grow, count as much as the last ones. */
        double typical() {
            return Math.exp(logarithms / count);
        }
    }

    /** Runs the command; the exit status is 0 near enough, 1 too far away, 2 wrong usage. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        String network = "";
        int starts = 3;
        int steps = 50;
        int batch = 2;
        int size = 64;
        double rate = 5e-5;
        long seed = 1;
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--network" -> network = arguments[++i];
                    case "--starts" -> starts = Integer.parseInt(arguments[++i]);
                    case "--steps" -> steps = Integer.parseInt(arguments[++i]);
                    case "--batch" -> batch = Integer.parseInt(arguments[++i]);
                    case "--size" -> size = Integer.parseInt(arguments[++i]);
                    case "--rate" -> rate = Double.parseDouble(arguments[++i]);
                    case "--seed" -> seed = Long.parseLong(arguments[++i]);
                    default -> throw new IllegalArgumentException(arguments[i]);
                }
            }
            if (size % CELL != 0 || starts < 1) {
                throw new IllegalArgumentException("size " + size + ", starts " + starts);
            }
            return compare(new Options(ComparedNetwork.named(network), starts, steps, batch, size, rate, seed));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException unusable) {
            System.err.println(USAGE);
            return 2;
        }
    }

    private static int compare(Options options) {
        TorchFiaNet.setThreads(THREADS);
        TorchFiaNet.setOneDnn(false);
        Distance swath = new Distance();
        Distance libtorch = new Distance();
        StringBuilder fallen = new StringBuilder();
        for (int start = 0; start < options.starts; start++) {
            train(options, options.seed + start, swath, libtorch, fallen);
        }
        boolean near = swath.furthest <= TOLERANCE || swath.typical() <= LUCK * libtorch.typical();
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %.2e | %.2e | %.2f | %.2e | %.2e | %.2f | %s |%n",
                options.network.key(),
                fallen,
                swath.furthest,
                libtorch.furthest,
                swath.furthest / libtorch.furthest,
                swath.typical(),
                libtorch.typical(),
                swath.typical() / libtorch.typical(),
                near ? "near" : "TOO FAR");
        return near ? 0 : 1;
    }

    private static void train(
            Options options, long seed, Distance swathAway, Distance libtorchAway, StringBuilder fallen) {
        ComparedConfig config = ComparedConfig.compact(options.network, options.size);
        StateDict weights = new NoiseWeights(config, seed).stateDict();
        PolySchedule schedule = PolySchedule.published(options.rate, options.steps);
        double first = 0;
        double last = 0;
        try (TrainingEngine swath = new SwathTraining(config, weights, THREADS);
                TrainingEngine exact = new TorchTraining(config, weights, TorchFiaNet.Precision.DOUBLE);
                TrainingEngine single = new TorchTraining(config, weights, TorchFiaNet.Precision.SINGLE);
                BatchLoader batches = TrainingScenes.batches(options.steps, options.batch, options.size, seed)) {
            for (int step = 0; step < options.steps; step++) {
                Batch batch = batches.next();
                FiaNetInput input = TrainingScenes.input(batch);
                double wanted = exact.step(input, batch.target());
                swathAway.add(wanted, swath.step(input, batch.target()));
                libtorchAway.add(wanted, single.step(input, batch.target()));
                double rate = options.rate * Math.pow(1 - (double) step / options.steps, 0.9);
                exact.update(rate);
                single.update(rate);
                swath.update(schedule.at(step));
                first = step == 0 ? wanted : first;
                last = wanted;
            }
        }
        fallen.append(fallen.isEmpty() ? "" : ", ").append(String.format(Locale.ROOT, "%.2f to %.2f", first, last));
    }
}
