package dev.swath.bench.ops;

import dev.swath.bench.peers.Nd4jEngine;
import dev.swath.bench.peers.OnnxEngine;
import dev.swath.bench.peers.TorchEngine;

/** The engines by the names that benchmarks use. */
public final class Engines {
    /** Swath's kernels on the Vector API. */
    public static final String SWATH = "swath";

    /** Swath's scalar kernels, the truth that the others are checked against. */
    public static final String SCALAR = "scalar";

    /** PyTorch's C++ library. */
    public static final String LIBTORCH = "libtorch";

    /** ONNX Runtime. */
    public static final String ONNXRUNTIME = "onnxruntime";

    /** ND4J on its CPU backend. */
    public static final String ND4J = "nd4j";

    private Engines() {}

    /** Opens an engine with a number of threads. */
    public static Engine open(String name, int threads) {
        return switch (name) {
            case SWATH -> new SwathEngine("vector", threads);
            case SCALAR -> new SwathEngine("scalar", threads);
            case LIBTORCH -> new TorchEngine(threads);
            case ONNXRUNTIME -> new OnnxEngine(threads);
            case ND4J -> new Nd4jEngine(threads);
            default -> throw new IllegalArgumentException("there is no engine " + name);
        };
    }
}
