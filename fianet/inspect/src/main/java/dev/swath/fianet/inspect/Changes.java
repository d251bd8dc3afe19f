package dev.swath.fianet.inspect;

import dev.swath.autograd.Hook;
import dev.swath.autograd.OpCall;
import dev.swath.autograd.Tape;
import dev.swath.autograd.TapeListener;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.fianet.ReferringSegmenter.Tokens;
import dev.swath.nn.Module;
import dev.swath.nn.inspect.Result;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Interventions at work in the one pass that a listener watches; other passes of the same network go on as ever. */
final class Changes implements AutoCloseable {
    private final List<Intervention> all;
    private final List<Hook> hooks = new ArrayList<>();
    private final Set<Intervention> done = new HashSet<>();
    private final Map<String, Var> sources = new HashMap<>();
    private final TapeListener watcher;

    Changes(Module network, List<Intervention> all, TapeListener watcher) {
        this.all = all;
        this.watcher = watcher;
        Map<String, Module> modules = network.namedModules();
        try {
            for (Intervention i : all) {
                switch (i) {
                    case Intervention.Zero z -> hook(modules, z.path(), (tape, v, _) -> zeros(tape, v), i);
                    case Intervention.ZeroChannel z -> hook(modules, z.path(), (tape, v, _) -> without(tape, v, z), i);
                    case Intervention.Replace r -> replace(modules, r);
                    case Intervention.Skip s -> skip(modules, s);
                    case Intervention.DropWord _, Intervention.ZeroHead _, Intervention.Fill _ -> {}
                }
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @FunctionalInterface
    private interface Change {
        Var apply(Tape tape, Var result, int number);
    }

    private static Module module(Map<String, Module> modules, String path) {
        Module found = modules.get(path);
        if (found == null) {
            throw new InspectionException(
                    "[intervention] a module must be one of the network's, by its full name; got '" + path + "'");
        }
        return found;
    }

    private void hook(Map<String, Module> modules, String path, Change change, Intervention i) {
        hooks.add(module(modules, path).onForwardChange((tape, _, _, results) -> {
            if (!tape.isWatchedBy(watcher)) {
                return results;
            }
            done.add(i);
            List<Var> out = new ArrayList<>();
            for (int n = 0; n < results.size(); n++) {
                out.add(change.apply(tape, results.get(n), n));
            }
            return out;
        }));
    }

    private static Var zeros(Tape tape, Var v) {
        Tensor zeros = tape.allocate(v.dtype(), v.shape());
        tape.fill(zeros, 0);
        return Var.constant(zeros);
    }

    private static Var without(Tape tape, Var v, Intervention.ZeroChannel z) {
        int channels = v.dim(-1);
        if (z.channel() < 0 || z.channel() >= channels) {
            throw new InspectionException("[intervention] a channel of '" + z.path() + "' must lie in [0, " + channels
                    + "); got " + z.channel());
        }
        Tensor kept = Tensor.zeros(channels);
        kept.copyFrom(Tensor.scalar(1).expand(kept.shape()));
        kept.set(0, z.channel());
        return Binary.mul(tape, v, tape.constant(kept.to(v.dtype())));
    }

    private void replace(Map<String, Module> modules, Intervention.Replace r) {
        int[] calls = {0};
        hooks.add(module(modules, Result.path(r.name())).onForwardChange((tape, path, _, results) -> {
            if (!tape.isWatchedBy(watcher)) {
                return results;
            }
            calls[0]++;
            List<Var> out = new ArrayList<>();
            for (int n = 0; n < results.size(); n++) {
                boolean meant = Result.name(path, calls[0], n).equals(r.name());
                out.add(meant ? replaced(tape, results.get(n), r) : results.get(n));
            }
            return out;
        }));
    }

    private Var replaced(Tape tape, Var result, Intervention.Replace r) {
        if (!r.value().shape().equals(result.shape())) {
            throw new InspectionException(
                    "[intervention] what takes the place of '" + r.name() + "' must have its shape, " + result.shape()
                            + "; got " + r.value().describe());
        }
        done.add(r);
        return tape.constant(r.value().to(result.dtype()));
    }

    private void skip(Map<String, Module> modules, Intervention.Skip s) {
        for (String source : s.sources()) {
            hooks.add(module(modules, source).onForwardChange((tape, path, _, results) -> {
                if (tape.isWatchedBy(watcher)) {
                    sources.put(path, results.getFirst());
                }
                return results;
            }));
        }
        hook(
                modules,
                s.path(),
                (_, v, n) -> {
                    Var source =
                            n < s.sources().size() ? sources.get(s.sources().get(n)) : null;
                    if (source == null) {
                        throw new InspectionException(
                                "[intervention] to skip '" + s.path() + "' there must be a module before it for"
                                        + " each of its results; there is none for result " + n);
                    }
                    return source;
                },
                s);
    }

    /** The tokens with the dropped words hidden from every stream. */
    Tokens tokens(Tokens tokens) {
        long[] context = tokens.context().clone();
        long[] object = tokens.object().clone();
        long[] position = tokens.position().clone();
        for (Intervention i : all) {
            if (i instanceof Intervention.DropWord d) {
                for (int p : d.positions()) {
                    if (p < 0 || p >= context.length) {
                        throw new InspectionException(
                                "[intervention] a word's position must lie in [0, " + context.length + "); got " + p);
                    }
                    context[p] = 0;
                    object[p] = 0;
                    position[p] = 0;
                }
                done.add(d);
            }
        }
        return new Tokens(tokens.ids(), context, object, position);
    }

    /** Overwrites what an op has given, where that is asked for. */
    void apply(String name, OpCall call) {
        for (Intervention i : all) {
            if (i instanceof Intervention.Fill f && f.op().equals(name)) {
                overwrite(name, call, (array, _) -> java.util.Arrays.fill(array, f.value()));
                done.add(f);
            } else if (i instanceof Intervention.ZeroHead z && z.op().equals(name)) {
                zeroHead(name, call, z);
                done.add(z);
            }
        }
    }

    private static void zeroHead(String name, OpCall call, Intervention.ZeroHead z) {
        Object heads = call.settings().get("heads");
        if (!(heads instanceof Integer all) || z.head() < 0 || z.head() >= all) {
            throw new InspectionException("[intervention] a head of '" + name + "' must be one of its "
                    + (heads == null ? "none" : heads) + ", counted from 0; got " + z.head());
        }
        overwrite(name, call, (array, shape) -> {
            int channels = shape.dim(-1);
            int width = channels / all;
            for (int row = 0; row < array.length; row += channels) {
                java.util.Arrays.fill(array, row + z.head() * width, row + (z.head() + 1) * width, 0);
            }
        });
    }

    @FunctionalInterface
    private interface Writer {
        void write(double[] elements, Shape shape);
    }

    private static void overwrite(String name, OpCall call, Writer writer) {
        if (!call.isFresh()) {
            throw new InspectionException(
                    "[intervention] what '" + name + "' gives is a view and cannot be changed by itself");
        }
        Tensor there = call.output().value();
        double[] elements = there.toDoubleArray();
        writer.write(elements, there.shape());
        there.copyFrom(Tensor.of(elements, there.shape().dims()).to(there.dtype()));
    }

    /** Throws a sentence if something that was to be changed did not happen in the pass. */
    void requireDone() {
        for (Intervention i : all) {
            if (!done.contains(i)) {
                throw new InspectionException(
                        "[intervention] what is to be changed must happen in the pass; this did not: " + i.label());
            }
        }
    }

    @Override
    public void close() {
        hooks.forEach(Hook::close);
        hooks.clear();
    }
}
