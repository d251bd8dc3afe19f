package dev.swath.nn.optim;

import dev.swath.nn.Parameter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parameters that an optimizer treats alike.
 *
 * @param name for people
 * @param parameters by full name, in order
 * @param weightDecay share of each element that decays in a step, times the learning rate
 */
public record ParameterGroup(String name, Map<String, Parameter> parameters, double weightDecay) {
    /** Copies and checks. */
    public ParameterGroup {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        if (!(weightDecay >= 0)) {
            throw new IllegalArgumentException(
                    "[optim] the weight decay of group '" + name + "' must not be negative; got " + weightDecay);
        }
    }
}
