package dev.swath.fianet.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.swath.files.json.Json;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static byte[] bytes(Tensor t) {
        long[] values = t.toLongArray();
        byte[] out = new byte[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) values[i];
        }
        return out;
    }

    private static Overlap overlap(Golden g, int i) {
        return Overlap.of(
                bytes(g.tensor("in/pred").select(0, i)),
                bytes(g.tensor("in/target").select(0, i)));
    }

    @Test
    void theReferenceValuesHold() {
        Golden g = Golden.of("metrics");
        double[] iou = g.tensor("out/iou").toDoubleArray();
        Metrics metrics = new Metrics();
        double[] got = new double[iou.length];
        for (int i = 0; i < iou.length; i++) {
            Overlap o = overlap(g, i);
            got[i] = o.iou();
            metrics.add(o, "");
        }
        assertArrayEquals(iou, got, 0);
        Map<String, Object> want = Json.asObject(g.description().get("result"), "result");
        Scores scores = metrics.result().overall();
        assertEquals(Json.asInt(g.description().get("inter"), "inter"), scores.intersection());
        assertEquals(Json.asInt(g.description().get("union"), "union"), scores.union());
        assertEquals(Json.asInt(want.get("count"), "count"), scores.count());
        double tolerance = 100 * g.tolerance("out");
        assertEquals(Json.asDouble(want.get("mIoU"), "mIoU"), scores.meanIou(), tolerance);
        assertEquals(Json.asDouble(want.get("oIoU"), "oIoU"), scores.overallIou(), tolerance);
        for (int i = 0; i < 5; i++) {
            String key = "Pr@" + Scores.THRESHOLDS.get(i);
            assertEquals(Json.asDouble(want.get(key), key), scores.precision().get(i), tolerance, key);
        }
    }

    @Test
    void anEmptyPredictionOfAnEmptyTargetCountsNothing() {
        Metrics metrics = new Metrics();
        metrics.add(overlap(Golden.of("metrics"), 0), "road");
        Scores scores = metrics.result().overall();
        assertEquals(List.of(0.0, 0.0, 0.0, 0.0, 0.0), scores.precision());
        assertEquals(0, scores.meanIou());
        assertEquals(0, scores.overallIou());
        assertEquals(1, scores.count());
    }

    @Test
    void categoriesAreKeptApart() {
        Metrics metrics = new Metrics();
        metrics.add(new Overlap(1, 2), "ship");
        metrics.add(new Overlap(9, 10), "dam");
        metrics.add(new Overlap(0, 4), "ship");
        Metrics.Result result = metrics.result();
        assertEquals(List.of("dam", "ship"), List.copyOf(result.categories().keySet()));
        assertEquals(25, result.categories().get("ship").meanIou(), 1e-12);
        assertEquals(100.0 / 6, result.categories().get("ship").overallIou(), 1e-12);
        assertEquals(
                List.of(50.0, 0.0, 0.0, 0.0, 0.0),
                result.categories().get("ship").precision());
        assertEquals(100.0 * 10 / 16, result.overall().overallIou(), 1e-12);
        assertEquals((90 + 25) / 2.0, result.categoryMean(), 1e-12);
    }

    @Test
    void anIouAtTheThresholdIsAHit() {
        Metrics metrics = new Metrics();
        metrics.add(new Overlap(7, 10), "");
        assertEquals(
                List.of(100.0, 100.0, 100.0, 0.0, 0.0),
                metrics.result().overall().precision());
    }

    @Test
    void impossibleCountsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Overlap(3, 2));
        assertThrows(IllegalArgumentException.class, () -> Overlap.of(new byte[4], new byte[5]));
    }
}
