package dev.swath.nn.inspect;

import dev.swath.nn.ModuleException;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A pass that has been written down.
 *
 * @param root the network
 * @param ops all ops in order; number i is {@code ops.get(i)}
 * @param tensors what was kept of modules, by {@link Result#name}: in processor memory, in the type that they had
 * @param opTensors what was kept of ops, by {@link OpRecord#name}: inputs by their names, and {@code ""} for the result
 * @param keptBytes bytes of all that was kept; of a pass on shapes alone, of what would be
 */
public record PassRecord(
        ModuleCall root,
        List<OpRecord> ops,
        Map<String, Tensor> tensors,
        Map<String, Map<String, Tensor>> opTensors,
        long keptBytes) {
    /** Copies, keeping orders. */
    public PassRecord {
        ops = List.copyOf(ops);
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        opTensors = Collections.unmodifiableMap(new LinkedHashMap<>(opTensors));
    }

    /**
     * The name of the next op of a pass: {@code path:op}, with its number behind it where the module has run such an op before.
     *
     * @param calls how often each has been run; counted up
     */
    public static String opName(String path, String op, Map<String, Integer> calls) {
        String name = path + ":" + op;
        int n = calls.merge(name, 1, Integer::sum);
        return n == 1 ? name : name + "#" + n;
    }

    /** All calls of modules, each before those inside it. */
    public List<ModuleCall> modules() {
        List<ModuleCall> out = new ArrayList<>();
        root.walk(out::add);
        return out;
    }

    /** What has left modules, by its name, in the order of {@link #modules}. */
    public Map<String, Result> results() {
        Map<String, Result> out = new LinkedHashMap<>();
        root.walk(m -> m.results().forEach(r -> out.put(r.name(), r)));
        return out;
    }

    /** A tensor that was kept; throws one sentence of a name that was not. */
    public Tensor tensor(String name) {
        return kept(tensors, name, "a tensor");
    }

    /** What an op read and gave, by the names of its arguments and {@code ""} for its result. */
    public Map<String, Tensor> opTensors(String name) {
        return kept(opTensors, name, "an op");
    }

    /** The op of that name. */
    public OpRecord op(String name) {
        return ops.stream()
                .filter(o -> o.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new ModuleException("[inspect] the pass must have an op of that name; got '" + name + "'"));
    }

    private static <T> T kept(Map<String, T> all, String name, String kind) {
        T found = all.get(name);
        if (found == null) {
            Set<String> names = all.keySet();
            String some = names.isEmpty()
                    ? "nothing was kept"
                    : "kept were " + String.join(", ", names.stream().limit(5).toList())
                            + (names.size() > 5 ? " and " + (names.size() - 5) + " more" : "");
            throw new ModuleException("[inspect] " + kind
                    + " must be asked for before the pass to be read after it; got '" + name + "', " + some);
        }
        return found;
    }
}
