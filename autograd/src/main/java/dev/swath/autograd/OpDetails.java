package dev.swath.autograd;

import dev.swath.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an op tells a listener of its inputs and settings, beside what it records: see {@link Tape#describe}. */
public final class OpDetails {
    private final Map<String, Var> inputs = new LinkedHashMap<>();
    private final Map<String, Object> settings = new LinkedHashMap<>();

    /** With one input of that name. */
    public static OpDetails of(String name, Var input) {
        return new OpDetails().input(name, input);
    }

    /** With several inputs of one kind: {@code name 0}, {@code name 1}, ... */
    public static OpDetails of(String name, List<Var> inputs) {
        OpDetails out = new OpDetails();
        for (int i = 0; i < inputs.size(); i++) {
            out.input(inputs.size() == 1 ? name : name + " " + i, inputs.get(i));
        }
        return out;
    }

    private OpDetails() {}

    /** With an input, unless it is absent. */
    public OpDetails input(String name, @Nullable Var input) {
        if (input != null) {
            inputs.put(name, input);
        }
        return this;
    }

    /** With numbers that are no variable. */
    public OpDetails input(String name, Tensor numbers) {
        return input(name, Var.constant(numbers));
    }

    /** With a setting. */
    public OpDetails setting(String name, Object value) {
        settings.put(name, value);
        return this;
    }

    Map<String, Var> inputs() {
        return inputs;
    }

    Map<String, Object> settings() {
        return settings;
    }
}
