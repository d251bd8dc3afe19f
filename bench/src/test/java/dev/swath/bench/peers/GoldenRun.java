package dev.swath.bench.peers;

import dev.swath.bench.GoldenCase;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** The golden case of the whole network at tiny size. */
final class GoldenRun {
    private final GoldenCase golden;

    GoldenRun() throws IOException {
        golden = new GoldenCase("model_tiny");
    }

    Map<String, float[]> weights() {
        return golden.floatsBelow("param/");
    }

    Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new HashMap<>();
        weights().keySet().forEach(name -> shapes.put(name, golden.shape("param/" + name)));
        return shapes;
    }

    FiaNetInput input(String run) {
        long[] image = golden.shape(run + "/in/image");
        long[] ids = golden.shape(run + "/in/ids");
        return new FiaNetInput(
                (int) image[0],
                (int) image[2],
                (int) image[3],
                (int) ids[1],
                golden.floats(run + "/in/image"),
                golden.integers(run + "/in/ids"),
                golden.integers(run + "/in/ctx_mask"),
                golden.integers(run + "/in/obj_mask"),
                golden.integers(run + "/in/pos_mask"));
    }

    /** Largest difference to the expected logits over the largest expected logit. */
    double error(String run, double[] logits) {
        float[] expected = golden.floats(run + "/out/logits");
        if (expected.length != logits.length) {
            throw new AssertionError("expected " + expected.length + " logits, got " + logits.length);
        }
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < logits.length; i++) {
            if (Double.isNaN(logits[i])) {
                throw new AssertionError("logit " + i + " is NaN");
            }
            difference = Math.max(difference, Math.abs(logits[i] - expected[i]));
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        return difference / largest;
    }
}
