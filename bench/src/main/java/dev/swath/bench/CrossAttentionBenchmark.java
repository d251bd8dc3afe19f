package dev.swath.bench;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.CrossAttentionCase;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import org.openjdk.jmh.annotations.Param;

/** Attention from pixels to the words of a sentence in the four stages. */
public class CrossAttentionBenchmark extends OperationBenchmark<CrossAttentionCase> {
    /** Who runs it. */
    @Param({Engines.SWATH, Engines.LIBTORCH, Engines.ONNXRUNTIME, Engines.ND4J})
    public String engine;

    /** Pixels x words x channels. */
    @Param({"14400x20x128", "3600x20x256", "900x20x512", "225x20x1024"})
    public String shape;

    @Override
    protected String engineName() {
        return engine;
    }

    @Override
    protected CrossAttentionCase operation() {
        return new CrossAttentionCase(shape);
    }

    @Override
    protected Contender contender(Engine opened, CrossAttentionCase operation) {
        return opened.crossAttention(operation);
    }
}
