package dev.swath.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ArithmeticTest {
    private static double flops(String benchmark, String shape) {
        return Arithmetic.flops(benchmark, Map.of("shape", shape));
    }

    @Test
    void aConvolutionCountsAsTheDirectOne() {
        assertEquals(2.0 * 9 * 30 * 30 * 1536 * 512, flops("ConvolutionBenchmark.run", "1536x512x30"));
    }

    @Test
    void aLayerOfWindowAttentionCountsTheCellsItPads() {
        double projections = 2.0 * 225 * 1024 * (3 * 1024 + 1024);
        double scoresAndSums = 2 * 2.0 * 576 * 144 * 1024;
        assertEquals(projections + scoresAndSums, flops("WindowAttentionBenchmark.run", "15x1024x32x6"));
    }

    @Test
    void twoProductsMakeAnAttention() {
        assertEquals(2 * 2.0 * 900 * 20 * 512, flops("CrossAttentionBenchmark.run", "900x20x512"));
    }

    @Test
    void whatMemoryLimitsHasNoShare() {
        assertEquals(0, flops("GeluBenchmark.run", "100"));
        assertEquals(0, Arithmetic.flops("OpBenchmark.forward", Map.of("op", "Pad")));
    }
}
