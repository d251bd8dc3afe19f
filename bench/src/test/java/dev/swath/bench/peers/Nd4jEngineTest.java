package dev.swath.bench.peers;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.bench.ops.Engine;
import dev.swath.bench.ops.Engines;
import dev.swath.bench.ops.WindowAttentionCase;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** ND4J, in a process without libtorch: it brings threads of Intel's for MKL, beside which libtorch's are not to be trusted. */
@Tag("nd4j")
class Nd4jEngineTest {
    @Test
    void commonOperations() {
        EnginesTest.checkCommon(Engines.ND4J);
    }

    @Test
    void aMissingOperationIsNamed() {
        try (Engine engine = Engines.open(Engines.ND4J, 1)) {
            UnsupportedOperationException error = assertThrows(
                    UnsupportedOperationException.class,
                    () -> engine.windowAttention(new WindowAttentionCase("24x16x2x0")));
            assertTrue(error.getMessage().contains("nd4j"), error.getMessage());
        }
    }
}
