package dev.swath.nn.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one optimizer step tells.
 *
 * @param loss before the step
 * @param parts further figures by name, such as the terms of the loss; in order
 * @param learningRate that was used
 * @param samples that were learnt from
 */
public record StepResult(double loss, Map<String, Double> parts, double learningRate, int samples) {
    /** Copies. */
    public StepResult {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }
}
