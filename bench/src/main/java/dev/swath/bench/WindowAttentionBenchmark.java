package dev.swath.bench;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.ops.WindowAttentionCase;
import org.openjdk.jmh.annotations.Param;

/** The attention layer of a Swin block in the four stages, plain and shifted; the last two need padding. */
public class WindowAttentionBenchmark extends OperationBenchmark<WindowAttentionCase> {
    /** Who runs it. */
    @Param({Engines.SWATH, Engines.LIBTORCH, Engines.ONNXRUNTIME})
    public String engine;

    /** Side of the map x channels x heads x shift. */
    @Param({"120x128x4x0", "120x128x4x6", "60x256x8x6", "30x512x16x6", "15x1024x32x6"})
    public String shape;

    @Override
    protected String engineName() {
        return engine;
    }

    @Override
    protected WindowAttentionCase operation() {
        return new WindowAttentionCase(shape);
    }

    @Override
    protected Contender contender(Engine opened, WindowAttentionCase operation) {
        return opened.windowAttention(operation);
    }
}
