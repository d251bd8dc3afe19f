package dev.swath.bench;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.ConvolutionCase;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import org.openjdk.jmh.annotations.Param;

/** The six 3x3 convolutions of the decoder. */
public class ConvolutionBenchmark extends OperationBenchmark<ConvolutionCase> {
    /** Who runs it. */
    @Param({Engines.SWATH, Engines.LIBTORCH, Engines.ONNXRUNTIME, Engines.ND4J})
    public String engine;

    /** Input channels x output channels x side of the map. */
    @Param({"1536x512x30", "512x512x30", "768x512x60", "512x512x60", "640x512x120", "512x512x120"})
    public String shape;

    @Override
    protected String engineName() {
        return engine;
    }

    @Override
    protected ConvolutionCase operation() {
        return new ConvolutionCase(shape);
    }

    @Override
    protected Contender contender(Engine opened, ConvolutionCase operation) {
        return opened.convolution(operation);
    }
}
