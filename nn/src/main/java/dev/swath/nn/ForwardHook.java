package dev.swath.nn;

import dev.swath.autograd.Var;
import java.util.List;

/** Called when a module's forward has ended. */
@FunctionalInterface
public interface ForwardHook {
    /**
     * Sees the results. On an inference tape their memory is used again soon after: copy what is to be kept.
     *
     * @param path full name of the module in this pass
     * @param module the module
     * @param results all that it returns, one for most modules
     */
    void accept(String path, Module module, List<Var> results);
}
