package dev.swath.nn.inspect;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Which tensors of a pass are kept. Patterns are names in which {@code *} stands for any text and {@code ?} for one character:
 * {@code backbone.layers.?} keeps what leaves the four stages, {@code *.attn:window_attention} all that those ops read and gave.
 *
 * @param modules patterns of {@link Result#name}
 * @param ops patterns of {@link OpRecord#name}
 */
public record Keep(List<String> modules, List<String> ops) {
    /** Nothing. */
    public static final Keep NOTHING = new Keep(List.of(), List.of());

    /** Copies. */
    public Keep {
        modules = List.copyOf(modules);
        ops = List.copyOf(ops);
    }

    /** What leaves these modules. */
    public static Keep modules(String... patterns) {
        return new Keep(List.of(patterns), List.of());
    }

    /** What these ops read and gave. */
    public static Keep ops(String... patterns) {
        return new Keep(List.of(), List.of(patterns));
    }

    /** Both. */
    public Keep and(Keep other) {
        return new Keep(joined(modules, other.modules), joined(ops, other.ops));
    }

    private static List<String> joined(List<String> a, List<String> b) {
        return java.util.stream.Stream.concat(a.stream(), b.stream()).distinct().toList();
    }

    /** Whether what leaves a module under a name is kept. */
    public Predicate<String> ofModules() {
        return matcher(modules);
    }

    /** Whether the tensors of the op of a name are kept. */
    public Predicate<String> ofOps() {
        return matcher(ops);
    }

    /** Whether one of the patterns fits the whole name. */
    private static Predicate<String> matcher(List<String> patterns) {
        List<Pattern> compiled = patterns.stream().map(Keep::compiled).toList();
        return name -> compiled.stream().anyMatch(p -> p.matcher(name).matches());
    }

    private static Pattern compiled(String pattern) {
        StringBuilder out = new StringBuilder();
        pattern.codePoints()
                .forEach(c -> out.append(
                        switch (c) {
                            case '*' -> ".*";
                            case '?' -> ".";
                            default -> Pattern.quote(Character.toString(c));
                        }));
        return Pattern.compile(out.toString());
    }
}
