/** Ops with their gradients, and the tape that records them and runs them backwards. */
module dev.swath.autograd {
    requires transitive dev.swath.tensor;
    requires transitive dev.swath.kernels;
    requires static org.jspecify;

    exports dev.swath.autograd;
    exports dev.swath.autograd.ops;
}
