package dev.swath.bench.peers;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.mkl.global.mkl_rt;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/**
 * Loads libtorch as fast as it gets from Maven: matrix products by MKL, as in PyTorch's official builds, and one pool of
 * threads for libtorch, oneDNN and MKL.
 *
 * <p>MKL's default is Intel's OpenMP, whose threads spin beside those of GNU's that libtorch has; on as many cores as
 * threads each then takes time from the other. The order below matters: the BLAS that libtorch is linked to and MKL's
 * threads are decided when each is first used.
 */
final class TorchRuntime {
    private static final String BLAS = "org.bytedeco.openblas.load";

    /** What {@code blas_get_vendor} answers for MKL; its presets have no name for it. */
    private static final int MKL_VENDOR = 3;

    static {
        if (System.getProperty(BLAS) == null) {
            System.setProperty(BLAS, "mkl_rt");
        }
        Loader.load(openblas.class);
        if (isMkl()) {
            mkl_rt.MKL_Set_Threading_Layer(mkl_rt.MKL_THREADING_GNU);
        }
        Loader.load(torch.class);
    }

    private TorchRuntime() {}

    /** Loads the libraries if they are not there yet; to be called before anything else of libtorch. */
    static void load() {
        // The static initialiser did it.
    }

    /** Sets the number of threads inside each operation, for the whole process. */
    static void setThreads(int threads) {
        torch.set_num_threads(threads);
        openblas.blas_set_num_threads(threads);
    }

    /** Whether matrix products go through MKL; the property {@value #BLAS} may name another library. */
    static boolean isMkl() {
        return openblas.blas_get_vendor() == MKL_VENDOR;
    }
}
