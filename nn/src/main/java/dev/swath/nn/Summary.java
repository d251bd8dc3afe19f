package dev.swath.nn;

import dev.swath.autograd.Hook;
import dev.swath.autograd.TapeListener;
import dev.swath.autograd.Var;
import dev.swath.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a network is made of, seen during one forward pass: a value that prints as a table.
 *
 * @param rows one a module, in the order of the module tree
 * @param parameters trainable values of the whole network
 * @param flops multiplications and additions of the pass
 */
public record Summary(List<Row> rows, long parameters, long flops) {
    /**
     * One module.
     *
     * @param name dotted name
     * @param type class name
     * @param output shape of its result, of the first of several with the number of the others behind it; empty text if it was not
     *     called or gives no tensor of its own
     * @param parameters trainable values in it and below it
     * @param flops multiplications and additions in it and below it
     */
    public record Row(String name, String type, String output, long parameters, long flops) {}

    /** Copies. */
    public Summary {
        rows = List.copyOf(rows);
    }

    /** Runs {@code pass} once with the listener that it is given, on this module, and tells what happened. */
    public static Summary of(Module root, Consumer<TapeListener> pass) {
        Map<String, Long> flops = new LinkedHashMap<>();
        Map<String, String> outputs = new LinkedHashMap<>();
        Deque<String> open = new ArrayDeque<>();
        List<Hook> hooks = new ArrayList<>();
        root.namedModules()
                .forEach((name, module) ->
                        hooks.add(module.onForward((path, m, results) -> outputs.put(name, shapes(results)))));
        try {
            pass.accept(new TapeListener() {
                @Override
                public void onEnter(String path) {
                    open.push(path);
                }

                @Override
                public void onExit(String path) {
                    open.pop();
                }

                @Override
                public void onOp(String op, String path, Tensor output, long count) {
                    // A path may be open several times, through scopes without a name of their own.
                    open.stream().distinct().forEach(p -> flops.merge(p, count, Long::sum));
                    if (!open.contains("")) {
                        flops.merge("", count, Long::sum);
                    }
                }
            });
        } finally {
            hooks.forEach(Hook::close);
        }
        List<Row> rows = new ArrayList<>();
        root.namedModules()
                .forEach((name, module) -> rows.add(new Row(
                        name,
                        module.getClass().getSimpleName(),
                        outputs.getOrDefault(name, ""),
                        module.parameterCount(),
                        flops.getOrDefault(name, 0L))));
        return new Summary(rows, root.parameterCount(), flops.getOrDefault("", 0L));
    }

    private static String shapes(List<Var> results) {
        if (results.isEmpty()) {
            return "";
        }
        String first = results.getFirst().shape().toString();
        return results.size() == 1 ? first : first + " +" + (results.size() - 1);
    }

    /** A table for people. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder(line("module", "type", "output", "parameters", "MFLOP"));
        for (Row r : rows) {
            out.append(line(
                    r.name.isEmpty() ? "(root)" : r.name,
                    r.type,
                    r.output,
                    Long.toString(r.parameters),
                    million(r.flops)));
        }
        return out.append(line("total", "", "", Long.toString(parameters), million(flops)))
                .toString();
    }

    private static String line(String name, String type, String output, String parameters, String flops) {
        return String.format(Locale.ROOT, "%-70s %-24s %-20s %12s %12s%n", name, type, output, parameters, flops);
    }

    private static String million(long n) {
        return String.format(Locale.ROOT, "%.1f", n / 1e6);
    }

    /** The same as a Markdown table. */
    public String toMarkdown() {
        StringBuilder out =
                new StringBuilder("| module | type | output | parameters | FLOP |\n|---|---|---|---|---|\n");
        for (Row r : rows) {
            out.append("| ")
                    .append(r.name)
                    .append(" | ")
                    .append(r.type)
                    .append(" | ")
                    .append(r.output)
                    .append(" | ")
                    .append(r.parameters)
                    .append(" | ")
                    .append(r.flops)
                    .append(" |\n");
        }
        return out.toString();
    }
}
