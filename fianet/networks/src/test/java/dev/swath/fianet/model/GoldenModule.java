package dev.swath.fianet.model;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Permute;
import dev.swath.fianet.model.parts.Words;
import dev.swath.kernels.Backend;
import dev.swath.nn.Module;
import dev.swath.tensor.DType;
import dev.swath.testkit.Golden;
import dev.swath.testkit.GoldenRun;
import dev.swath.weights.LoadReport;

/**
 * The golden case of a module, on one backend.
 *
 * @param golden the case
 * @param run its run
 */
public record GoldenModule(Golden golden, GoldenRun run) {
    /** The case of that name. */
    public static GoldenModule of(String name, Backend backend) {
        Golden golden = Golden.of(name);
        return new GoldenModule(golden, new GoldenRun(golden, backend));
    }

    /** The tape. */
    public Tape tape() {
        return run.tape();
    }

    /** Gives the module the case's parameters and watches their gradients. */
    public <M extends Module> M load(M module) {
        LoadReport.load(golden.under("param/"), module.targets(), module.sink(null))
                .requireComplete(golden.name());
        module.to(run.tape().backend());
        run.watch(module.namedParameters());
        return module;
    }

    /** The case's words (B, D, N) and their mask. */
    public Words words() {
        return new Words(
                Permute.apply(tape(), run.input("words"), 0, 2, 1),
                tape().constant(run.rawInput("mask").to(DType.F32)));
    }

    /** A map of the case (B, C, H, W), channels last. */
    public Var map(String name) {
        return Permute.apply(tape(), run.input(name), 0, 2, 3, 1);
    }

    /** Checks a map (B, H, W, C) against the case's output y, all gradients, and running statistics. */
    public void checkMap(Module module, Var y) {
        check(module, Permute.apply(tape(), y, 0, 3, 1, 2));
    }

    /** Checks the case's output y, all gradients, and running statistics. */
    public void check(Module module, Var y) {
        run.output("y", y);
        run.backward();
        checkBuffers(module);
    }

    /** Checks running statistics. */
    public void checkBuffers(Module module) {
        module.namedBuffers().forEach((n, b) -> {
            if (golden.tensors().contains("after/" + n)) {
                Golden.assertClose("after/" + n, golden.tensor("after/" + n), b.value(), golden.tolerance("out"));
            }
        });
    }
}
