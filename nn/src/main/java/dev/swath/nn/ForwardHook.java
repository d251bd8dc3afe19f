package dev.swath.nn;

import dev.swath.autograd.Var;

/** Called when a module's forward has ended. */
@FunctionalInterface
public interface ForwardHook {
    /**
     * Sees a result. On an inference tape its memory is used again soon after: copy what is to be kept.
     *
     * @param path full name of the module in this pass
     * @param module the module
     * @param output what it returns
     */
    void accept(String path, Module module, Var output);
}
