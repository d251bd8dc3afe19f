package dev.swath.bench;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.ops.LinearCase;
import dev.swath.bench.report.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;

/**
 * Command behind {@code bench/shares}: how much of the arithmetic peak products reach, with one thread, engine beside engine.
 * The peak of a machine that is shared wavers within milliseconds, so it is measured just before and just after each run of a
 * product, and what is printed is the median of the shares, not a share of medians.
 */
final class ShareOfPeak {
    private static final List<String> SHAPES = List.of(
            "14400x384x128",
            "14400x128x512",
            "3600x768x256",
            "3600x256x1024",
            "900x1536x512",
            "900x512x2048",
            "225x3072x1024",
            "225x1024x4096",
            "60x3072x768",
            "2048x2048x2048");

    private static final List<String> ENGINES = List.of(Engines.SWATH, Engines.LIBTORCH, Engines.ONNXRUNTIME);

    /** Runs that are measured of each engine, after a third as many that are not. */
    private static final int RUNS = 90;

    /** Calls of the peak's loop around a run: about a millisecond. */
    private static final int CALLS = 4;

    /** At least so much arithmetic is a run: some two milliseconds. */
    private static final double LEAST_FLOPS = 3e8;

    private static final int PEAK_WARM_UP = 2000;

    private final PeakFlops peak = new PeakFlops();
    private final double peakFlops =
            (double) CALLS * PeakFlops.ROUNDS * PeakFlops.flopsPerRound(FloatVector.SPECIES_PREFERRED.vectorBitSize());
    private float sink;

    private ShareOfPeak() {}

    /** Prints a table of the shapes given, written as MxNxK, or of the network's. */
    public static void main(String[] shapes) {
        new ShareOfPeak().print(shapes.length == 0 ? SHAPES : List.of(shapes));
    }

    private void print(List<String> shapes) {
        for (int i = 0; i < PEAK_WARM_UP; i++) {
            sink += peak.rounds();
        }
        System.out.println("| m x n x k | peak beside it, GFLOP/s | " + String.join(" | ", ENGINES) + " |");
        System.out.println("|---".repeat(ENGINES.size() + 2) + "|");
        for (String shape : shapes) {
            System.out.println(row(new LinearCase(shape), shape));
        }
        if (Float.isNaN(sink)) {
            throw new IllegalStateException("the loop of the peak must stay finite");
        }
    }

    private String row(LinearCase product, String shape) {
        List<Engine> engines = new ArrayList<>();
        List<Contender> contenders = new ArrayList<>();
        try {
            for (String name : ENGINES) {
                Engine engine = Engines.open(name, 1);
                engines.add(engine);
                Contender contender = engine.linear(product);
                contenders.add(contender);
                contender.run();
                product.check(name, contender.result());
            }
            return measured(contenders, product, shape);
        } finally {
            contenders.forEach(Contender::close);
            engines.forEach(Engine::close);
        }
    }

    private String measured(List<Contender> contenders, LinearCase product, String shape) {
        int repeats = (int) Math.max(1, Math.round(LEAST_FLOPS / product.flops()));
        List<List<Double>> shares = contenders.stream()
                .map(_ -> (List<Double>) new ArrayList<Double>())
                .toList();
        List<Double> peaks = new ArrayList<>();
        double before = peak();
        for (int run = -RUNS / 3; run < RUNS; run++) {
            for (int c = 0; c < contenders.size(); c++) {
                long start = System.nanoTime();
                for (int i = 0; i < repeats; i++) {
                    contenders.get(c).run();
                }
                double rate = repeats * product.flops() / (System.nanoTime() - start);
                double after = peak();
                if (run >= 0) {
                    shares.get(c).add(rate / ((before + after) / 2));
                    peaks.add(after);
                }
                before = after;
            }
        }
        StringBuilder row =
                new StringBuilder(String.format(Locale.ROOT, "| %s | %.0f |", shape, new Sample(peaks).median()));
        for (List<Double> own : shares) {
            Sample sample = new Sample(own);
            row.append(String.format(
                    Locale.ROOT,
                    " %.2f (%.2f to %.2f) |",
                    sample.median(),
                    sample.quantile(0.1),
                    sample.quantile(0.9)));
        }
        return row.toString();
    }

    /** FLOP for each nanosecond, on registers alone. */
    private double peak() {
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            sink += peak.rounds();
        }
        return peakFlops / (System.nanoTime() - start);
    }
}
