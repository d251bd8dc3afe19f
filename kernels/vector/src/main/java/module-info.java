/** Kernels on the JDK's Vector API. The only module that names {@code jdk.incubator.vector}. */
module dev.swath.kernels.vector {
    requires dev.swath.kernels;
    requires jdk.incubator.vector;
    requires static org.jspecify;
}
