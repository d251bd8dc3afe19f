package dev.swath.bench;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.ops.InstanceNormCase;
import org.openjdk.jmh.annotations.Param;

/** Instance norms of the four stages. */
public class InstanceNormBenchmark extends OperationBenchmark<InstanceNormCase> {
    /** Who runs it. */
    @Param({Engines.SWATH, Engines.LIBTORCH, Engines.ONNXRUNTIME})
    public String engine;

    /** Cells x channels. */
    @Param({"14400x128", "3600x256", "900x512", "225x1024"})
    public String shape;

    @Override
    protected String engineName() {
        return engine;
    }

    @Override
    protected InstanceNormCase operation() {
        return new InstanceNormCase(shape);
    }

    @Override
    protected Contender contender(Engine opened, InstanceNormCase operation) {
        return opened.instanceNorm(operation);
    }
}
