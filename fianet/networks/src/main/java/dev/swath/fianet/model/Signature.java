package dev.swath.fianet.model;

import dev.swath.tensor.StateDict;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a network is recognised by the names of a checkpoint. A part is met if some name begins with it, or holds it behind a
 * dot: {@code "tmem."} is met by {@code backbone.tmem.bn.weight}.
 *
 * @param has parts that must be met
 * @param lacks parts that must not be met
 * @param whole parts that every network of the family has, so that a checkpoint without them holds a part of one
 * @param rows tensors whose first axis must have that extent, where sizes and not names tell networks apart
 */
public record Signature(Set<String> has, Set<String> lacks, Set<String> whole, Map<String, Integer> rows) {
    /** Copies. */
    public Signature {
        has = Set.copyOf(has);
        lacks = Set.copyOf(lacks);
        whole = Set.copyOf(whole);
        rows = Map.copyOf(rows);
    }

    /** All of these must be met. */
    public static Signature of(String... has) {
        return new Signature(Set.of(has), Set.of(), Set.of(), Map.of());
    }

    /** And none of these. */
    public Signature without(String... parts) {
        return new Signature(has, Set.of(parts), whole, rows);
    }

    /** And, to be whole, all of these. */
    public Signature wholeWith(String... parts) {
        return new Signature(has, lacks, Set.of(parts), rows);
    }

    /** And a tensor of that name whose first axis has that extent. */
    public Signature withRows(String name, int extent) {
        Map<String, Integer> all = new HashMap<>(rows);
        all.put(name, extent);
        return new Signature(has, lacks, whole, all);
    }

    /** Whether names and rows are such, and the checkpoint is whole. */
    public boolean fits(StateDict tensors) {
        return isMeant(tensors) && lacking(tensors).isEmpty();
    }

    /** Whether the names are such, whatever the rows: enough where something else says which network is meant. */
    public boolean fitsNames(StateDict tensors) {
        return new Signature(has, lacks, whole, Map.of()).fits(tensors);
    }

    /** Whether names and rows are such, in a checkpoint that may be a part. */
    boolean isMeant(StateDict tensors) {
        Collection<String> names = tensors.names();
        return has.stream().allMatch(p -> met(p, names))
                && lacks.stream().noneMatch(p -> met(p, names))
                && rows.entrySet().stream().allMatch(r -> hasRows(tensors, r.getKey(), r.getValue()));
    }

    /** Whether the checkpoint holds some parts that a whole one has, and lacks others. */
    boolean isPart(StateDict tensors) {
        return isMeant(tensors) && whole.stream().anyMatch(p -> met(p, tensors.names()));
    }

    /** The parts that a whole checkpoint has and this one lacks, in the order of their names. */
    List<String> lacking(StateDict tensors) {
        return whole.stream().filter(p -> !met(p, tensors.names())).sorted().toList();
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
