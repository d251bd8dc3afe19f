package dev.swath.bench;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.ops.LinearCase;
import org.openjdk.jmh.annotations.Param;

/** Matrix products with weights, in the sizes of the full network and one large square. */
public class LinearBenchmark extends OperationBenchmark<LinearCase> {
    /** Who runs it. */
    @Param({Engines.SWATH, Engines.LIBTORCH, Engines.ONNXRUNTIME, Engines.ND4J})
    public String engine;

    /** Rows x outputs x inputs. */
    @Param({
        "14400x384x128",
        "14400x512x128",
        "14400x128x512",
        "3600x768x256",
        "3600x1024x256",
        "3600x256x1024",
        "900x1536x512",
        "900x2048x512",
        "900x512x2048",
        "225x3072x1024",
        "225x4096x1024",
        "225x1024x4096",
        "60x3072x768",
        "60x768x3072",
        "2048x2048x2048"
    })
    public String shape;

    @Override
    protected String engineName() {
        return engine;
    }

    @Override
    protected LinearCase operation() {
        return new LinearCase(shape);
    }

    @Override
    protected Contender contender(Engine opened, LinearCase operation) {
        return opened.linear(operation);
    }
}
