package dev.swath.nn.inspect;

import java.util.List;
import java.util.function.Consumer;

/**
 * A module that was called in a pass, with all that happened in it. A list of modules, which computes nothing by itself, stands once,
 * with all calls of its members.
 *
 * @param path full name, as in {@link dev.swath.nn.Module#namedModules} and in checkpoints; empty at the root
 * @param call which call of this module in the pass it is, from 1
 * @param type simple name of its class; empty where a path is no module's
 * @param className full name of its class; empty where a path is no module's
 * @param parameters trainable values in it and below it
 * @param results all that it returned; none of a list
 * @param steps modules and ops inside it, in the order in which they ended
 * @param nanos as in {@link Step}, with all below it
 * @param flops as in {@link Step}, with all below it
 * @param bytes as in {@link Step}, with all below it
 */
public record ModuleCall(
        String path,
        int call,
        String type,
        String className,
        long parameters,
        List<Result> results,
        List<Step> steps,
        long nanos,
        long flops,
        long bytes)
        implements Step {
    /** Copies. */
    public ModuleCall {
        results = List.copyOf(results);
        steps = List.copyOf(steps);
    }

    /** The modules called in it, in the order in which they ended. */
    public List<ModuleCall> children() {
        return steps.stream()
                .filter(ModuleCall.class::isInstance)
                .map(ModuleCall.class::cast)
                .toList();
    }

    /** The ops that it ran itself. */
    public List<OpRecord> ops() {
        return steps.stream()
                .filter(OpRecord.class::isInstance)
                .map(OpRecord.class::cast)
                .toList();
    }

    /** The last part of its path. */
    public String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /** This one and all below it, each before those inside it. */
    public void walk(Consumer<ModuleCall> visitor) {
        visitor.accept(this);
        children().forEach(child -> child.walk(visitor));
    }
}
