package dev.swath.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.swath.files.json.JsonException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private static Summary.Result linear(String engine, double microseconds) {
        return new Summary.Result(
                "LinearBenchmark",
                Map.of("engine", engine, "shape", "100x200x300", "threads", "2"),
                microseconds,
                "us/op");
    }

    @Test
    void readsWhatJmhWrites() {
        String json = """
                [{"benchmark": "dev.swath.bench.GeluBenchmark.run", "mode": "avgt",
                  "params": {"engine": "swath", "threads": "1"},
                  "primaryMetric": {"score": 12.5, "scoreError": 0.1, "scoreUnit": "us/op"}},
                 {"benchmark": "dev.swath.bench.PeakFlops.rounds", "mode": "avgt",
                  "primaryMetric": {"score": 4.0, "scoreUnit": "ns/op"}}]
                """;
        assertEquals(
                List.of(
                        new Summary.Result("GeluBenchmark", Map.of("engine", "swath", "threads", "1"), 12.5, "us/op"),
                        new Summary.Result("PeakFlops", Map.of(), 4, "ns/op")),
                Summary.parse(json));
        assertThrows(JsonException.class, () -> Summary.parse("[{]"));
    }

    @Test
    void dividesSwathsTimeByEachPeers() {
        String table = Summary.table(List.of(linear("swath", 60), linear("libtorch", 80), linear("nd4j", 600)));
        assertEquals("""
                ### LinearBenchmark

                | shape | threads | swath, us | libtorch, us | nd4j, us | to libtorch | to nd4j |
                | --- | --- | --- | --- | --- | --- | --- |
                | 100x200x300 | 2 | 60.0 | 80.0 | 600 | 0.75 | 0.10 |

                """, table);
    }

    /** A round of a nanosecond makes the peak as many GFLOP/s as a round has operations. */
    @Test
    void showsTheShareOfThePeakOfAllThreads() {
        double peak = PeakFlops.flopsPerRound() * 1e9;
        double microseconds = 2.0 * 100 * 200 * 300 / (0.5 * 2 * peak) * 1e6;
        String table = Summary.table(
                List.of(linear("swath", microseconds), new Summary.Result("PeakFlops", Map.of(), 1, "ns/op")));
        String[] lines = table.split("\n");
        assertEquals("Peak of one core: " + PeakFlops.flopsPerRound() + " GFLOP/s.", lines[0]);
        assertEquals(" 50 % ", lines[lines.length - 1].split("\\|")[4]);
    }

    @Test
    void aConvolutionCountsAsTheDirectOne() {
        assertEquals(
                2.0 * 9 * 30 * 30 * 1536 * 512,
                Arithmetic.flops("ConvolutionBenchmark", Map.of("shape", "1536x512x30")));
        assertEquals(0, Arithmetic.flops("GeluBenchmark", Map.of("shape", "100")));
    }
}
