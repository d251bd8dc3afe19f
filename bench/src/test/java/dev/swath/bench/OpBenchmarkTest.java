package dev.swath.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.testkit.OpCases;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Param;

class OpBenchmarkTest {
    @Test
    void itRunsEveryOp() throws ReflectiveOperationException {
        Param op = OpBenchmark.class.getField("op").getAnnotation(Param.class);
        assertEquals(
                OpCases.all().stream().map(c -> c.op().getSimpleName()).sorted().toList(), List.of(op.value()));
    }
}
