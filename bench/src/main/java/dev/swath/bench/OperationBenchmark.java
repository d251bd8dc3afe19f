package dev.swath.bench;

import dev.swath.bench.ops.Contender;
import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.ops.OperationCase;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the benchmarks of single operations share: one engine prepares the operation, its result is checked once, and then
 * the operation runs alone.
 *
 * @param <C> the operation with its inputs
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-Xms3g",
            "-Xmx3g",
            "-Xss256m",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED"
        })
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public abstract class OperationBenchmark<C extends OperationCase> {
    /** Threads that the engine may use. */
    @Param({"1", "2"})
    public int threads;

    private Engine engine;
    private Contender contender;

    /** Name of the engine under test. */
    protected abstract String engineName();

    /** The operation of the size under test. */
    protected abstract C operation();

    /** The engine's contender in this operation. */
    protected abstract Contender contender(Engine opened, C operation);

    /** Prepares the engine and checks its result. */
    @Setup(Level.Trial)
    public void prepare() {
        C operation = operation();
        engine = Engines.open(engineName(), threads);
        contender = contender(engine, operation);
        contender.run();
        operation.check(engineName(), contender.result());
    }

    /** One run of the operation. */
    @Benchmark
    public void run() {
        contender.run();
    }

    /** Frees what the engine holds. */
    @TearDown(Level.Trial)
    public void close() {
        contender.close();
        engine.close();
    }
}
