package dev.swath.fianet.model;

import dev.swath.tensor.StateDict;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How a network is recognised by the names of a checkpoint. A part is met if some name begins with it, or holds it behind a
 * dot: {@code "tmem."} is met by {@code backbone.tmem.bn.weight}.
 *
 * @param has parts that must be met
 * @param lacks parts that must not be met
 * @param rows tensors whose first axis must have that extent, where sizes and not names tell networks apart
 */
public record Signature(Set<String> has, Set<String> lacks, Map<String, Integer> rows) {
    /** Copies. */
    public Signature {
        has = Set.copyOf(has);
        lacks = Set.copyOf(lacks);
        rows = Map.copyOf(rows);
    }

    /** All of these must be met. */
    public static Signature of(String... has) {
        return new Signature(Set.of(has), Set.of(), Map.of());
    }

    /** And none of these. */
    public Signature without(String... parts) {
        return new Signature(has, Set.of(parts), rows);
    }

    /** And a tensor of that name whose first axis has that extent. */
    public Signature withRows(String name, int extent) {
        Map<String, Integer> all = new HashMap<>(rows);
        all.put(name, extent);
        return new Signature(has, lacks, all);
    }

    /** Whether the names are such. */
    public boolean fits(StateDict tensors) {
        Collection<String> names = tensors.names();
        return has.stream().allMatch(p -> met(p, names))
                && lacks.stream().noneMatch(p -> met(p, names))
                && rows.entrySet().stream().allMatch(r -> hasRows(tensors, r.getKey(), r.getValue()));
    }

    private static boolean hasRows(StateDict tensors, String name, int extent) {
        return tensors.find(name)
                .map(StateDict.Entry::shape)
                .filter(s -> s.rank() > 0 && s.dim(0) == extent)
                .isPresent();
    }

    private static boolean met(String part, Collection<String> names) {
        String inner = "." + part;
        return names.stream().anyMatch(n -> n.startsWith(part) || n.contains(inner));
    }

    /** How much it asks for: of two signatures that fit, the one that asks for more is meant. */
    int strictness() {
        return has.size() + lacks.size() + rows.size();
    }
}
