package dev.swath.bench;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.ops.ResizeCase;
import org.openjdk.jmh.annotations.Param;

/** Bilinear resizes of the decoder, and of the logits. */
public class ResizeBenchmark extends OperationBenchmark<ResizeCase> {
    /** Who runs it. */
    @Param({Engines.SWATH, Engines.LIBTORCH, Engines.ONNXRUNTIME, Engines.ND4J})
    public String engine;

    /** Side of the map x side of the result x channels. */
    @Param({"15x30x1024", "30x60x512", "60x120x512", "120x480x2"})
    public String shape;

    @Override
    protected String engineName() {
        return engine;
    }

    @Override
    protected ResizeCase operation() {
        return new ResizeCase(shape);
    }

    @Override
    protected Contender contender(Engine opened, ResizeCase operation) {
        return opened.resize(operation);
    }
}
