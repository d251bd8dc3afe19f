package dev.swath.nn;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import java.util.List;

/** Called when a module's forward has ended, to say what goes on in the place of its results: see {@link Module#onForwardChange}. */
@FunctionalInterface
public interface ForwardChange {
    /**
     * Gives the results to go on with: those that it was given, or others of the same number, shapes and types. What it computes by
     * ops on the tape has a gradient like all else; numbers from outside come in by {@link Tape#constant}. A part that is computed
     * again backwards ({@link Tape#checkpoint}) asks again, and must get the same.
     *
     * @param tape of the pass
     * @param path full name of the module in this pass
     * @param module the module
     * @param results all that it returns, one for most modules
     */
    List<Var> apply(Tape tape, String path, Module module, List<Var> results);
}
