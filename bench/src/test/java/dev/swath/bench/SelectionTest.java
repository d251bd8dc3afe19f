package dev.swath.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

class SelectionTest {
    private static Collection<BenchmarkListEntry> benchmarks(String name) {
        return BenchmarkList.defaultList()
                .find(
                        OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT),
                        List.of(name),
                        List.of());
    }

    private static List<Selection.Row> rows(String name, Map<String, Collection<String>> given) {
        return Selection.rows(benchmarks(name), parameter -> Optional.ofNullable(given.get(parameter)));
    }

    @Test
    void aRowForEachCombination() {
        List<Selection.Row> rows = rows("SoftmaxBenchmark", Map.of("threads", List.of("3")));
        String name = "dev.swath.bench.SoftmaxBenchmark.run";
        List<String> engines = List.of("swath", "libtorch", "onnxruntime", "nd4j");
        assertEquals(
                List.of(
                        new Selection.Row(name, Map.of("shape", "57600x144", "threads", "3"), engines),
                        new Selection.Row(name, Map.of("shape", "14400x20", "threads", "3"), engines),
                        new Selection.Row(name, Map.of("shape", "1001x257", "threads", "3"), engines)),
                rows);
    }

    @Test
    void enginesTakeTurnsInBothOrders() {
        Selection.Row row = new Selection.Row("x", Map.of("shape", "1"), List.of("a", "b", "c"));
        assertEquals(List.of("a", "b", "c", "c", "b", "a"), row.turns(true));
        assertEquals(List.of("a", "b", "c"), row.turns(false));
        assertEquals(Map.of("shape", "1", "engine", "b"), row.with("b"));
    }

    @Test
    void aSingleEngineHasASingleTurn() {
        assertEquals(List.of("a"), new Selection.Row("x", Map.of(), List.of("a")).turns(true));
        Selection.Row alone =
                rows("OpBenchmark.forward$", Map.of("op", List.of("Pad"))).getFirst();
        assertEquals(List.of(""), alone.turns(true));
        assertEquals(Map.of("op", "Pad", "threads", "1"), alone.with(""));
    }

    @Test
    void parametersThatNobodyHasAreNamed() {
        String[] arguments = {"Softmax", "-p", "shape=1x2", "-i", "3", "-pthraeds=1", "-prof", "gc", "-p", "sise=7"};
        assertEquals(List.of("shape", "thraeds", "sise"), Selection.parameters(arguments));
        assertEquals(
                List.of("thraeds", "sise"),
                Selection.unknown(Selection.parameters(arguments), benchmarks("SoftmaxBenchmark")));
    }
}
