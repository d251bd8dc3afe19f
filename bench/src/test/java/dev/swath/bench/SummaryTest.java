package dev.swath.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.bench.report.Findings;
import dev.swath.bench.report.Load;
import dev.swath.bench.report.Machine;
import dev.swath.bench.report.Markdown;
import dev.swath.bench.report.Peak;
import dev.swath.bench.report.Session;
import dev.swath.bench.report.SummaryJson;
import dev.swath.bench.report.Trial;
import dev.swath.files.json.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is printed of a run, from measurements that are made up. */
class SummaryTest {
    private static final Machine MACHINE =
            new Machine("Some Processor", 2, 8192, "Linux 6, amd64", "Some VM 25", 512, "Vector API, 512 bits");
    private static final Load.Busy QUIET = new Load.Busy(0.004, 0);

    private static Trial linear(String engine, Load.@Nullable Busy busy, double... microseconds) {
        return new Trial(
                "LinearBenchmark.run",
                Map.of("engine", engine, "shape", "100x200x300", "threads", "2"),
                Arrays.stream(microseconds).mapToObj(us -> us * 1e-6).toList(),
                null,
                busy);
    }

    private static Trial failed(String engine, String reason) {
        return new Trial(
                "LinearBenchmark.run",
                Map.of("engine", engine, "shape", "100x200x300", "threads", "2"),
                List.of(),
                reason,
                QUIET);
    }

    private static Session session(List<Peak> peaks, Trial... trials) {
        return new Session("2026-11-27T08:00:00Z", "abc1234", List.of(), MACHINE, 0.25, 2, peaks, List.of(trials));
    }

    private static Findings findings(Trial... trials) {
        return new Findings(List.of(session(List.of(), trials)));
    }

    @Test
    void aQuietRunHasAHeadATableAndNoWarning() {
        Session session = session(
                List.of(new Peak(2, List.of(200.0, 198.0)), new Peak(2, List.of(199.0))),
                linear("swath", QUIET, 60, 61),
                linear("libtorch", QUIET, 80, 81),
                linear("libtorch", QUIET, 82, 83),
                linear("swath", QUIET, 62, 63));
        assertEquals("""
                - Measured 2026-11-27T08:00:00Z, code abc1234; engines in both orders; load average before 0.25; other work took 0.4 % of the processor time, the hypervisor 0.0 % (medians)
                - Machine: Some Processor, 2 processors, 8 GiB of memory; Linux 6, amd64
                - JVM: Some VM 25
                - Vectors: the JVM prefers 512 bits; Swath's kernels: Vector API, 512 bits
                - Peak, measured: 200 GFLOP/s with 2 threads (198 to 200)
                - Each figure: median (least to greatest); ~ before a ratio: the ranges of the two overlap

                ### LinearBenchmark.run

                | shape | threads | swath, us | libtorch, us | to libtorch | of peak, swath | of peak, libtorch |
                | --- | --- | --- | --- | --- | --- | --- |
                | 100x200x300 | 2 | 61.5 (60.0 to 63.0) | 81.5 (80.0 to 83.0) | 0.75 | 98 % | 74 % |

                """, Markdown.of(new Findings(List.of(session))));
    }

    /** The turns of both orders are one sample: its median is no turn's own. */
    @Test
    void poolsTheTurnsOfAnEngine() {
        Map<String, Object> json = Json.parseObject(SummaryJson.of(session(
                List.of(), linear("swath", QUIET, 1, 2), linear("nd4j", QUIET, 9), linear("swath", QUIET, 6, 7, 9))));
        Map<String, Object> figure =
                Json.asObject(Json.asList(json.get("figures"), "figures").getFirst(), "figure");
        assertEquals("swath", figure.get("engine"));
        assertEquals(5L, figure.get("values"));
        assertEquals(1e-6, Json.asDouble(figure.get("least"), "least"), 1e-12);
        assertEquals(2e-6, Json.asDouble(figure.get("lowerQuartile"), "lowerQuartile"), 1e-12);
        assertEquals(6e-6, Json.asDouble(figure.get("median"), "median"), 1e-12);
        assertEquals(7e-6, Json.asDouble(figure.get("upperQuartile"), "upperQuartile"), 1e-12);
        assertEquals(9e-6, Json.asDouble(figure.get("greatest"), "greatest"), 1e-12);
    }

    @Test
    void anOverlapIsMarked() {
        String table = Markdown.of(findings(linear("swath", QUIET, 60, 70), linear("libtorch", QUIET, 69, 90)));
        assertTrue(table.contains("| ~0.82 |"), table);
    }

    @Test
    void whatFailedIsNamedAndMissing() {
        Findings findings =
                findings(linear("swath", QUIET, 60, 60, 60, 60), failed("libtorch", "libtorch is wrong: error 0.5"));
        assertEquals(
                List.of("LinearBenchmark.run engine=libtorch shape=100x200x300 threads=2 (libtorch is wrong: error"
                        + " 0.5)"),
                findings.missing());
        String text = Markdown.of(findings);
        assertTrue(text.contains("**Missing: LinearBenchmark.run engine=libtorch shape="), text);
        assertTrue(text.contains("| 100x200x300 | 2 | 60.0 (60.0 to 60.0) | missing | missing |"), text);
        assertEquals(List.of(), findings.warnings());
    }

    @Test
    void aTableOfNothingButFailuresStillHasItsRow() {
        String text = Markdown.of(findings(failed("swath", "it died")));
        assertTrue(text.contains("| 100x200x300 | 2 | missing |"), text);
    }

    @Test
    void aPeakThatFailedIsMissing() {
        Session session =
                session(List.of(new Peak(1, List.of()), new Peak(2, List.of(1.0))), linear("swath", QUIET, 1));
        assertEquals(List.of("the peak of 1 thread"), new Findings(List.of(session)).missing());
    }

    @Test
    void warnsOfOtherWork() {
        assertEquals(
                List.of("Other work took 30 % of the machine's processor time during LinearBenchmark.run engine=nd4j"
                        + " shape=100x200x300 threads=2."),
                findings(
                                linear("swath", new Load.Busy(0.1, 0.01), 1, 1, 1, 1),
                                linear("nd4j", new Load.Busy(0.3, 0), 1, 1, 1, 1))
                        .warnings());
        String text = Markdown.of(findings(linear("swath", new Load.Busy(0.3, 0), 1, 1, 1, 1)));
        assertTrue(text.contains("**Warning, do not trust these figures.** Other work took 30 % of"), text);
    }

    @Test
    void warnsOfStolenTime() {
        assertEquals(
                List.of("The hypervisor gave away 2.0 % of the machine's processor time during LinearBenchmark.run"
                        + " engine=swath shape=100x200x300 threads=2."),
                findings(linear("swath", new Load.Busy(0.05, 0.02), 1, 1, 1, 1)).warnings());
    }

    @Test
    void warnsWhereTheSystemTellsNothing() {
        assertEquals(
                List.of("This system does not tell how busy it was with other work."),
                findings(linear("swath", null, 1, 1, 1, 1)).warnings());
    }

    @Test
    void warnsOfAWideSpreadAndMarksTheFigure() {
        Findings findings =
                findings(linear("swath", QUIET, 100, 100, 100, 100), linear("libtorch", QUIET, 100, 100, 140, 140));
        assertEquals(
                List.of("1 of 2 figures, marked with !, spread too much: their quartiles are up to 33 % of the median"
                        + " apart."),
                findings.warnings());
        String text = Markdown.of(findings);
        assertTrue(text.contains("| 100 (100 to 100) | 120! (100 to 140) |"), text);
    }

    @Test
    void warnsOfTooFewValues() {
        assertEquals(
                List.of("1 of 2 figures rest on fewer than 4 values: nothing is known of their spread."),
                findings(linear("swath", QUIET, 100, 100, 100), linear("libtorch", QUIET, 100, 100, 100, 100))
                        .warnings());
    }

    @Test
    void warnsOfAnUncertainPeak() {
        Session session = session(
                List.of(new Peak(1, List.of(100.0, 100.0)), new Peak(1, List.of(50.0, 50.0))),
                linear("swath", QUIET, 1, 1, 1, 1));
        assertEquals(
                List.of("The peak of 1 thread itself is uncertain: its quartiles are 67 % of its median apart."),
                new Findings(List.of(session)).warnings());
    }

    /** Methods of a class have tables of their own, and a benchmark without engines measures Swath. */
    @Test
    void nothingMeasuredIsLeftOut() {
        List<Trial> trials = new ArrayList<>();
        for (String method : List.of("forward", "forwardAndBackward")) {
            trials.add(new Trial("OpBenchmark." + method, Map.of("op", "Pad"), List.of(0.002), null, QUIET));
        }
        trials.add(linear("scalar", QUIET, 5));
        String text = Markdown.of(findings(trials.toArray(Trial[]::new)));
        assertTrue(text.contains("### OpBenchmark.forward\n\n| op | swath, ms |\n| --- | --- |\n| Pad | 2.00 |"), text);
        assertTrue(text.contains("### OpBenchmark.forwardAndBackward\n\n| op | swath, ms |"), text);
        assertTrue(text.contains("| shape | threads | scalar, us |"), text);
    }

    @Test
    void theSummaryIsReadAgain() {
        Session session = session(
                List.of(new Peak(2, List.of(1.5))),
                linear("swath", QUIET, 60.5, 61),
                linear("libtorch", null, 2),
                failed("nd4j", "\"quoted\""));
        Session again = Session.parse(SummaryJson.of(session));
        assertEquals(session, again);
        Session unknown = new Session("now", "unknown", List.of("-Xint"), MACHINE, Double.NaN, 1, List.of(), List.of());
        assertEquals(unknown, Session.parse(SummaryJson.of(unknown)));
    }

    @Test
    void severalRunsAreOneTableIfTheMachineIsTheSame() {
        Session one = session(List.of(), linear("swath", QUIET, 1, 1));
        assertTrue(Markdown.of(new Findings(List.of(one, session(List.of(), linear("swath", QUIET, 3, 3)))))
                .contains("| 100x200x300 | 2 | 2.00! (1.00 to 3.00) |"));
        Machine other = new Machine("Another", 2, 8192, "Linux 6, amd64", "Some VM 25", 256, "Vector API, 256 bits");
        Session elsewhere = new Session("later", "abc1234", List.of(), other, 0, 1, List.of(), List.of());
        assertThrows(IllegalArgumentException.class, () -> new Findings(List.of(one, elsewhere)));
    }

    @Test
    void unitsFollowTheLeastFigure() {
        String text = Markdown.of(findings(
                new Trial("A.run", new TreeMap<>(Map.of("shape", "1")), List.of(0.5e-6), null, QUIET),
                new Trial("B.run", Map.of("shape", "1"), List.of(20.0), null, QUIET),
                new Trial("B.run", Map.of("shape", "2"), List.of(1.5), null, QUIET)));
        assertTrue(text.contains("| shape | swath, ns |\n| --- | --- |\n| 1 | 500 |"), text);
        assertTrue(text.contains("| shape | swath, s |\n| --- | --- |\n| 1 | 20.0 |\n| 2 | 1.50 |"), text);
    }
}
