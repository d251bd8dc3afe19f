package dev.swath.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.testkit.OpCases;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Param;

class OpBenchmarkTest {
    @Test
    void itRunsEveryOp() throws ReflectiveOperationException {
        Param op = OpBenchmark.class.getField("op").getAnnotation(Param.class);
        assertEquals(
                OpCases.all().stream().map(c -> c.op().getSimpleName()).sorted().toList(), List.of(op.value()));
    }

    static Stream<String> ops() {
        return OpCases.all().stream().map(c -> c.op().getSimpleName());
    }

    /** Result and gradients are right, and both measured methods can be called again and again. */
    @ParameterizedTest
    @MethodSource("ops")
    void theCheckOfEveryOpPasses(String op) {
        OpBenchmark benchmark = new OpBenchmark();
        benchmark.op = op;
        benchmark.threads = 2;
        benchmark.prepare();
        for (int i = 0; i < 2; i++) {
            benchmark.forward();
            benchmark.forwardAndBackward();
        }
        benchmark.close();
    }
}
