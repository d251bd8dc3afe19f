package dev.swath.bench;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.ops.GeluCase;
import org.openjdk.jmh.annotations.Param;

/** The exact GELU of the first three stages. */
public class GeluBenchmark extends OperationBenchmark<GeluCase> {
    /** Who runs it. */
    @Param({Engines.SWATH, Engines.LIBTORCH, Engines.ONNXRUNTIME, Engines.ND4J})
    public String engine;

    /** Number of values. */
    @Param({"7372800", "3686400", "1843200"})
    public String shape;

    @Override
    protected String engineName() {
        return engine;
    }

    @Override
    protected GeluCase operation() {
        return new GeluCase(shape);
    }

    @Override
    protected Contender contender(Engine opened, GeluCase operation) {
        return opened.gelu(operation);
    }
}
