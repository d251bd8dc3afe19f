/** The place of the CUDA backend, the only one that names JavaCPP; found by the service loader, optional at run time. */
module dev.swath.kernels.cuda {
    requires transitive dev.swath.kernels;
    requires org.bytedeco.javacpp;
    requires org.bytedeco.cuda;
    requires static org.jspecify;

    exports dev.swath.kernels.cuda;

    provides dev.swath.kernels.BackendProvider with
            dev.swath.kernels.cuda.CudaBackendProvider;
}
