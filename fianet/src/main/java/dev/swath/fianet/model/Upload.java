package dev.swath.fianet.model;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.tensor.Tensor;

/** The one place where values of a batch come from host memory to where a pass runs. */
final class Upload {
    private Upload() {}

    /** Numbers that want no gradient. */
    static Var constant(Tape tape, Tensor host) {
        return Var.constant(host);
    }

    /** Row numbers of a table of {@code bound} rows. */
    static Tensor indices(Tape tape, Tensor host, int bound) {
        return host;
    }
}
