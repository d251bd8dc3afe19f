package dev.swath.nn.inspect;

import dev.swath.nn.ModuleException;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** An explanation as it is written: the op, its recorded tensors, the element, and the terms so far. */
final class Sheet {
    final OpRecord op;
    final int[] cell;
    private final Map<String, Tensor> kept;
    private final Map<String, Tensor> readable = new HashMap<>();
    private final List<Explanation.Row> rows = new ArrayList<>();
    private final List<Explanation.Line> lines = new ArrayList<>();
    private String formula = "";
    private List<String> columns = List.of();

    Sheet(OpRecord op, Map<String, Tensor> kept, int[] cell) {
        this.op = op;
        this.kept = kept;
        this.cell = cell.clone();
    }

    Sheet formula(String text, String... names) {
        this.formula = text;
        this.columns = List.of(names);
        return this;
    }

    boolean has(String name) {
        return kept.containsKey(name);
    }

    /** An input of the op, in processor memory and in its own order. */
    Tensor input(String name) {
        return readable.computeIfAbsent(name, n -> {
            Tensor t = kept.get(n);
            if (t == null) {
                throw new ModuleException(
                        "[explain] the input '" + n + "' of '" + op.name() + "' must have been recorded");
            }
            return t.storage() instanceof HostStorage ? t : t.copy();
        });
    }

    /** Names of inputs of one kind, {@code x} or {@code x 0}, {@code x 1}, ..., in order. */
    List<String> inputs(String name) {
        return kept.keySet().stream()
                .filter(n -> n.equals(name) || n.startsWith(name + " "))
                .toList();
    }

    int integer(String setting) {
        return ((Number) setting(setting)).intValue();
    }

    double number(String setting) {
        return ((Number) setting(setting)).doubleValue();
    }

    boolean flag(String setting) {
        return (Boolean) setting(setting);
    }

    Object setting(String name) {
        Object value = op.settings().get(name);
        if (value == null) {
            throw new ModuleException(
                    "[explain] the setting '" + name + "' of '" + op.name() + "' must have been recorded");
        }
        return value;
    }

    Sheet row(String label, double... numbers) {
        rows.add(new Explanation.Row(label, Arrays.stream(numbers).boxed().toList()));
        return this;
    }

    Sheet line(String label, double value) {
        lines.add(new Explanation.Line(label, value));
        return this;
    }

    Explanation value(double value) {
        line("value", value);
        return new Explanation(
                op.name(),
                formula,
                Explain.opClass(op.op()),
                op.kernel(),
                IntStream.of(cell).boxed().toList(),
                columns,
                rows,
                lines,
                value,
                input("").get(cell));
    }

    /** The index with another last entry. */
    int[] with(int axis, int index) {
        int[] out = cell.clone();
        out[axis] = index;
        return out;
    }

    static String at(int... index) {
        return Arrays.toString(index);
    }
}
