package dev.swath.weights;

import dev.swath.tensor.Shape;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.TensorSink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What came of loading a checkpoint into a model.
 *
 * @param loaded names that were copied
 * @param missing names of the model that the checkpoint lacks
 * @param unexpected names of the checkpoint that the model lacks
 * @param misShaped names whose shapes differ, with both
 */
public record LoadReport(
        List<String> loaded, List<String> missing, List<String> unexpected, List<MisShaped> misShaped) {
    /**
     * One disagreement.
     *
     * @param name the tensor
     * @param model shape that the model wants
     * @param checkpoint shape that the checkpoint has
     */
    public record MisShaped(String name, Shape model, Shape checkpoint) {
        @Override
        public String toString() {
            return name + " (model " + model + ", checkpoint " + checkpoint + ")";
        }
    }

    /** Copies. */
    public LoadReport {
        loaded = List.copyOf(loaded);
        missing = List.copyOf(missing);
        unexpected = List.copyOf(unexpected);
        misShaped = List.copyOf(misShaped);
    }

    /** Hands every tensor that the model wants, and that has the right shape, to the sink: one at a time, in the model's order. */
    public static LoadReport load(StateDict source, Map<String, Shape> wanted, TensorSink sink) {
        List<String> loaded = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<MisShaped> misShaped = new ArrayList<>();
        Map<String, Shape> targets = new LinkedHashMap<>(wanted);
        targets.forEach((name, shape) -> {
            StateDict.Entry entry = source.find(name).orElse(null);
            if (entry == null) {
                missing.add(name);
            } else if (!entry.shape().equals(shape)) {
                misShaped.add(new MisShaped(name, shape, entry.shape()));
            } else {
                sink.accept(name, entry.reader().read(n -> sink.memory(name, n)));
                loaded.add(name);
            }
        });
        Set<String> unexpected = new LinkedHashSet<>(source.names());
        unexpected.removeAll(targets.keySet());
        return new LoadReport(loaded, missing, List.copyOf(unexpected), misShaped);
    }

    /** The same report without the missing names that end so: buffers that the model computes itself. */
    public LoadReport acceptMissing(String suffix) {
        return acceptMissing(name -> name.endsWith(suffix));
    }

    /** The same report without the missing names that may be so. */
    public LoadReport acceptMissing(Predicate<String> optional) {
        return new LoadReport(loaded, missing.stream().filter(optional.negate()).toList(), unexpected, misShaped);
    }

    /** Whether every name agreed. */
    public boolean isComplete() {
        return missing.isEmpty() && unexpected.isEmpty() && misShaped.isEmpty();
    }

    /** Throws one sentence that names the first disagreements, unless there are none. {@code what} names the file. */
    public LoadReport requireComplete(String what) {
        if (!isComplete()) {
            throw new WeightsException("[weights] " + what + " does not fit the model: " + this);
        }
        return this;
    }

    /** One line with counts and the first names of each kind. */
    @Override
    public String toString() {
        return loaded.size() + " loaded" + some("missing", missing) + some("unexpected", unexpected)
                + some(
                        "of another shape",
                        misShaped.stream().map(MisShaped::toString).toList());
    }

    private static String some(String what, List<String> names) {
        if (names.isEmpty()) {
            return "";
        }
        String first = String.join(", ", names.subList(0, Math.min(3, names.size())));
        return ", " + names.size() + " " + what + ": " + first + (names.size() > 3 ? ", ..." : "");
    }
}
