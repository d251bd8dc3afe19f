package dev.swath.bench;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.ops.SoftmaxCase;
import org.openjdk.jmh.annotations.Param;

/** Softmax over windows of 144 cells, over 20 words, and over an odd size. */
public class SoftmaxBenchmark extends OperationBenchmark<SoftmaxCase> {
    /** Who runs it. */
    @Param({Engines.SWATH, Engines.LIBTORCH, Engines.ONNXRUNTIME, Engines.ND4J})
    public String engine;

    /** Rows x columns. */
    @Param({"57600x144", "14400x20", "1001x257"})
    public String shape;

    @Override
    protected String engineName() {
        return engine;
    }

    @Override
    protected SoftmaxCase operation() {
        return new SoftmaxCase(shape);
    }

    @Override
    protected Contender contender(Engine opened, SoftmaxCase operation) {
        return opened.softmax(operation);
    }
}
