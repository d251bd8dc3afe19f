package dev.swath.bench;

import dev.swath.bench.checkpoint.NoiseWeights;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.peers.FiaNetInput;
import dev.swath.bench.peers.NetworkConfig;
import dev.swath.bench.peers.SwathTraining;
import dev.swath.bench.peers.SyntheticInput;
import dev.swath.bench.peers.TorchFiaNet;
import dev.swath.bench.peers.TorchTraining;
import dev.swath.bench.peers.TrainingEngine;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A training step of the published network (Swin-B, BERT-base) on one scene and one sentence of 20 word pieces: forward in
 * training mode without dropout, loss, backward; no optimizer.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx14g", "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 2)
@Measurement(iterations = 4)
public class TrainingStepBenchmark {
    private static final int WORDS = 20;
    private static final long SEED = 9;

    /** Side of the scene of the check: libtorch in 64-bit floats would not fit in memory at the full size. */
    private static final int CHECKED_SIZE = 96;

    /** Largest error of the loss relative to it. */
    private static final double LOSS_TOLERANCE = 1e-3;

    /**
     * The error of a gradient as a vector, relative to its length, may be so many times that of libtorch in 32-bit floats,
     * plus {@link #GRADIENT_SLACK}. Rounding makes rectifiers near zero switch and norms over few cells amplify it, so no
     * fixed bound tells a mistake from noise; a second engine of the same precision does.
     */
    private static final double GRADIENT_FACTOR = 3;

    private static final double GRADIENT_SLACK = 1e-3;

    /** The parameters whose gradients are checked: both ends of the network, and every kind of layer between. */
    private static final List<String> CHECKED = List.of(
            "classifier.conv1_1.weight",
            "classifier.conv1_4.weight",
            "classifier.bn1_2.weight",
            "backbone.tmem.block.0.ff.net.0.weight",
            "backbone.tmem.fusion.1.global_act.weight",
            "backbone.layers.3.context_pixel_attn.project_mm.0.weight",
            "backbone.layers.2.blocks.17.attn.relative_position_bias_table",
            "backbone.layers.1.object_position_align_blk.conv1.weight",
            "backbone.layers.0.blocks.0.norm1.weight",
            "backbone.patch_embed.proj.weight",
            "text_encoder.encoder.layer.11.output.dense.weight",
            "text_encoder.embeddings.LayerNorm.weight");

    /** Who runs it. */
    @Param({Engines.SWATH, Engines.LIBTORCH})
    public String engine;

    /** Threads that the engine may use. */
    @Param("2")
    public int threads;

    /** Side of the square scene; 96 for a quick look. */
    @Param("480")
    public int size;

    /** Blocks of the multi-scale module: 1 as published for RefSegRS, 3 for RRSIS-D. */
    @Param("1")
    public int tmemBlocks;

    private TrainingEngine network;
    private FiaNetInput input;
    private Tensor target;

    /** Loads the network and checks loss and gradients of a small scene against libtorch in 64-bit floats. */
    @Setup(Level.Trial)
    public void prepare() {
        NetworkConfig config = NetworkConfig.base(tmemBlocks);
        StateDict weights = new NoiseWeights(config, SEED).stateDict();
        TorchFiaNet.setThreads(threads);
        FiaNetInput small =
                SyntheticInput.of(CHECKED_SIZE, CHECKED_SIZE, WORDS, SEED).input();
        Tensor smallTarget = rectangle(CHECKED_SIZE);
        Step exact = libtorch(config, weights, TorchFiaNet.Precision.DOUBLE, small, smallTarget);
        Step rounded = libtorch(config, weights, TorchFiaNet.Precision.SINGLE, small, smallTarget);
        network = switch (engine) {
            case Engines.SWATH -> new SwathTraining(config, weights, threads);
            case Engines.LIBTORCH -> new TorchTraining(config, weights, TorchFiaNet.Precision.SINGLE);
            default -> throw new IllegalArgumentException("there is no engine " + engine);
        };
        check(Step.of(network, small, smallTarget), exact, rounded);
        input = SyntheticInput.of(size, size, WORDS, SEED).input();
        target = rectangle(size);
    }

    /** Loss and checked gradients of a step. */
    private record Step(double loss, List<float[]> gradients) {
        static Step of(TrainingEngine engine, FiaNetInput input, Tensor target) {
            double loss = engine.step(input, target);
            return new Step(
                    loss, CHECKED.stream().map(name -> gradient(engine, name)).toList());
        }

        double error(Step exact, int parameter) {
            return Errors.relativeNorm(exact.gradients.get(parameter), gradients.get(parameter));
        }
    }

    private static Step libtorch(
            NetworkConfig config,
            StateDict weights,
            TorchFiaNet.Precision precision,
            FiaNetInput input,
            Tensor target) {
        try (TrainingEngine engine = new TorchTraining(config, weights, precision)) {
            return Step.of(engine, input, target);
        }
    }

    private static float[] gradient(TrainingEngine engine, String name) {
        return engine.gradient(name)
                .orElseThrow(() -> new IllegalStateException("no gradient arrived at " + name))
                .toFloatArray();
    }

    private void check(Step got, Step exact, Step rounded) {
        if (!(Math.abs(got.loss() - exact.loss()) <= LOSS_TOLERANCE * exact.loss())) {
            throw new IllegalStateException(engine + " is wrong: loss " + got.loss() + ", not " + exact.loss());
        }
        StringBuilder wrong = new StringBuilder();
        for (int i = 0; i < CHECKED.size(); i++) {
            double error = got.error(exact, i);
            double bound = GRADIENT_FACTOR * rounded.error(exact, i) + GRADIENT_SLACK;
            if (!(error <= bound)) {
                wrong.append("; error ")
                        .append(error)
                        .append(" > ")
                        .append(bound)
                        .append(" in the gradient of ")
                        .append(CHECKED.get(i));
            }
        }
        if (!wrong.isEmpty()) {
            throw new IllegalStateException(engine + " is wrong" + wrong);
        }
    }

    /** One object in the middle, a quarter of the side high and half of it wide. */
    private static Tensor rectangle(int size) {
        long[] pixels = new long[size * size];
        for (int row = size * 3 / 8; row < size * 5 / 8; row++) {
            for (int column = size / 4; column < size * 3 / 4; column++) {
                pixels[row * size + column] = 1;
            }
        }
        return Tensor.of(pixels, 1, size, size);
    }

    /** One step. */
    @Benchmark
    public double step() {
        return network.step(input, target);
    }

    /** Frees the network. */
    @TearDown(Level.Trial)
    public void close() {
        network.close();
    }
}
