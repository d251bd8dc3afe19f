package dev.swath.bench;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.ops.LayerNormCase;
import org.openjdk.jmh.annotations.Param;

/** Layer norms of the four stages and of the text encoder. */
public class LayerNormBenchmark extends OperationBenchmark<LayerNormCase> {
    /** Who runs it. */
    @Param({Engines.SWATH, Engines.LIBTORCH, Engines.ONNXRUNTIME, Engines.ND4J})
    public String engine;

    /** Rows x columns. */
    @Param({"14400x128", "3600x256", "900x512", "225x1024", "60x768"})
    public String shape;

    @Override
    protected String engineName() {
        return engine;
    }

    @Override
    protected LayerNormCase operation() {
        return new LayerNormCase(shape);
    }

    @Override
    protected Contender contender(Engine opened, LayerNormCase operation) {
        return opened.layerNorm(operation);
    }
}
