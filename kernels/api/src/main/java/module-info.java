/** Kernel interfaces, the choice of a backend, and the scalar kernels, which are the truth for all others. */
module dev.swath.kernels {
    requires transitive dev.swath.tensor;
    requires static org.jspecify;

    exports dev.swath.kernels;
    exports dev.swath.kernels.scalar;

    uses dev.swath.kernels.BackendProvider;
}
