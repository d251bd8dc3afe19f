package dev.swath.bench;

import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one core of this machine can do at most: fused multiply-adds on registers alone. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class PeakFlops {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** Rounds of one call. */
    static final int ROUNDS = 10_000;

    /** Independent chains of each round: enough for two units with a latency of up to seven cycles. */
    private static final int CHAINS = 14;

    /** Factor of the chains, below 1 so that they stay finite. */
    public float factor = 0.999f;

    /** Floating-point operations of one round of vectors of that width: a multiplication and an addition per lane and chain. */
    static int flopsPerRound(int vectorBits) {
        return 2 * CHAINS * (vectorBits / Float.SIZE);
    }

    /** Time of one round. */
    @Benchmark
    @OperationsPerInvocation(ROUNDS)
    public float rounds() {
        FloatVector a = FloatVector.broadcast(SPECIES, factor);
        FloatVector b = FloatVector.broadcast(SPECIES, 1 - factor);
        FloatVector c0 = FloatVector.zero(SPECIES);
        FloatVector c1 = b;
        FloatVector c2 = FloatVector.broadcast(SPECIES, 2);
        FloatVector c3 = FloatVector.broadcast(SPECIES, 3);
        FloatVector c4 = FloatVector.broadcast(SPECIES, 4);
        FloatVector c5 = FloatVector.broadcast(SPECIES, 5);
        FloatVector c6 = FloatVector.broadcast(SPECIES, 6);
        FloatVector c7 = FloatVector.broadcast(SPECIES, 7);
        FloatVector c8 = FloatVector.broadcast(SPECIES, 8);
        FloatVector c9 = FloatVector.broadcast(SPECIES, 9);
        FloatVector c10 = FloatVector.broadcast(SPECIES, 10);
        FloatVector c11 = FloatVector.broadcast(SPECIES, 11);
        FloatVector c12 = FloatVector.broadcast(SPECIES, 12);
        FloatVector c13 = FloatVector.broadcast(SPECIES, 13);
        for (int round = 0; round < ROUNDS; round++) {
            c0 = c0.fma(a, b);
            c1 = c1.fma(a, b);
            c2 = c2.fma(a, b);
            c3 = c3.fma(a, b);
            c4 = c4.fma(a, b);
            c5 = c5.fma(a, b);
            c6 = c6.fma(a, b);
            c7 = c7.fma(a, b);
            c8 = c8.fma(a, b);
            c9 = c9.fma(a, b);
            c10 = c10.fma(a, b);
            c11 = c11.fma(a, b);
            c12 = c12.fma(a, b);
            c13 = c13.fma(a, b);
        }
        FloatVector low = c0.add(c1).add(c2).add(c3).add(c4).add(c5).add(c6);
        FloatVector high = c7.add(c8).add(c9).add(c10).add(c11).add(c12).add(c13);
        return low.add(high).reduceLanes(VectorOperators.ADD);
    }
}
