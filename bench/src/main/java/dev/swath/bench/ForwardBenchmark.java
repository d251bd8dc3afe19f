package dev.swath.bench;

import ai.onnxruntime.OrtException;
import dev.swath.bench.checkpoint.NoiseWeights;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.peers.FiaNetInput;
import dev.swath.bench.peers.NetworkConfig;
import dev.swath.bench.peers.OnnxFiaNet;
import dev.swath.bench.peers.SwathFiaNet;
import dev.swath.bench.peers.SyntheticInput;
import dev.swath.bench.peers.TorchFiaNet;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** The whole published network (Swin-B, BERT-base) on one scene of 480x480 pixels and one sentence of 20 word pieces. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-Xms3g",
            "-Xmx3g",
            "-Xss256m",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED"
        })
@Warmup(iterations = 3)
@Measurement(iterations = 7)
public class ForwardBenchmark {
    private static final int SIZE = 480;
    private static final int WORDS = 20;
    private static final long SEED = 9;

    /** Largest error of a logit relative to the largest logit; the network amplifies rounding. */
    private static final double TOLERANCE = 5e-3;

    /** Who runs it. */
    @Param({Engines.SWATH, Engines.LIBTORCH, Engines.ONNXRUNTIME})
    public String engine;

    /** Threads that the engine may use. */
    @Param({"1", "2"})
    public int threads;

    /** Blocks of the multi-scale module: 1 as published for RefSegRS, 3 for RRSIS-D. */
    @Param("1")
    public int tmemBlocks;

    private FiaNetInput input;
    private Network network;

    /** A network of any engine. */
    private interface Network {
        Tensor forward(FiaNetInput input);

        void close();
    }

    /** Loads the network and checks its logits against libtorch in 64-bit floats. */
    @Setup(Level.Trial)
    public void prepare() throws IOException {
        NetworkConfig config = NetworkConfig.base(tmemBlocks);
        StateDict weights = new NoiseWeights(config, SEED).stateDict();
        input = SyntheticInput.of(SIZE, SIZE, WORDS, SEED).input();
        TorchFiaNet.setThreads(threads);
        float[] expected;
        try (TorchFiaNet reference = new TorchFiaNet(config, weights, TorchFiaNet.Precision.DOUBLE)) {
            expected = reference.forward(input).toFloatArray();
        }
        network = switch (engine) {
            case Engines.SWATH -> swath(config, weights);
            case Engines.LIBTORCH -> libtorch(config, weights);
            case Engines.ONNXRUNTIME -> onnxRuntime(config, weights);
            default -> throw new IllegalArgumentException("there is no engine " + engine);
        };
        check(expected, network.forward(input).toFloatArray());
    }

    private void check(float[] expected, float[] got) {
        double error = Errors.relative(expected, got);
        if (!(error <= TOLERANCE)) {
            throw new IllegalStateException(engine + " is wrong: error " + error);
        }
    }

    private Network swath(NetworkConfig config, StateDict weights) {
        SwathFiaNet loaded = new SwathFiaNet(config, weights, threads);
        return new Network() {
            @Override
            public Tensor forward(FiaNetInput given) {
                return loaded.forward(given);
            }

            @Override
            public void close() {
                loaded.close();
            }
        };
    }

    private static Network libtorch(NetworkConfig config, StateDict weights) {
        TorchFiaNet loaded = new TorchFiaNet(config, weights, TorchFiaNet.Precision.SINGLE);
        return new Network() {
            @Override
            public Tensor forward(FiaNetInput given) {
                return loaded.forward(given);
            }

            @Override
            public void close() {
                loaded.close();
            }
        };
    }

    private Network onnxRuntime(NetworkConfig config, StateDict weights) throws IOException {
        Path folder = Files.createTempDirectory("swath-bench");
        Path file = folder.resolve("network.onnx");
        try {
            OnnxFiaNet.write(file, config, weights, input);
            OnnxFiaNet loaded = new OnnxFiaNet(file, threads);
            return new Network() {
                @Override
                public Tensor forward(FiaNetInput given) {
                    try {
                        return loaded.forward(given);
                    } catch (OrtException failure) {
                        throw new IllegalStateException(failure);
                    }
                }

                @Override
                public void close() {
                    try {
                        loaded.close();
                    } catch (OrtException failure) {
                        throw new IllegalStateException(failure);
                    }
                }
            };
        } catch (OrtException failure) {
            throw new IllegalStateException(failure);
        } finally {
            for (Path written : List.of(file, folder.resolve("network.onnx.data"), folder)) {
                Files.deleteIfExists(written);
            }
        }
    }

    /** One forward pass. */
    @Benchmark
    public Tensor forward() {
        return network.forward(input);
    }

    /** Frees the network. */
    @TearDown(Level.Trial)
    public void close() {
        network.close();
    }
}
