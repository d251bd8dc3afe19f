/** CPU kernels on the JDK's Vector API; found by the service loader, optional at run time. */
module dev.swath.kernels.vector {
    requires transitive dev.swath.kernels;
    requires jdk.incubator.vector;
    requires static org.jspecify;

    exports dev.swath.kernels.vector;

    provides dev.swath.kernels.BackendProvider with
            dev.swath.kernels.vector.VectorBackendProvider;
}
