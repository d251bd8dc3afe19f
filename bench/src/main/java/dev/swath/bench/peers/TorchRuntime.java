package dev.swath.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
 *
 * <p>The presets' {@code blas_get_vendor} does not know of MKL before {@code blas_set_num_threads} has run, and that loads the
 * library of Intel's threads without the OpenMP it is linked to: the process ends at the next product. Neither is called
 * where MKL is in place.
 */
final class TorchRuntime {
    private static final String BLAS = "org.bytedeco.openblas.load";

    static {
        if (System.getProperty(BLAS) == null) {
            System.setProperty(BLAS, "mkl_rt");
        }
        Loader.load(openblas.class);
        if (isMkl() && mkl_rt.MKL_Set_Threading_Layer(mkl_rt.MKL_THREADING_GNU) != mkl_rt.MKL_THREADING_GNU) {
            throw new IllegalStateException("MKL had chosen its threads before it was told to");
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
        if (!isMkl()) {
            openblas.blas_set_num_threads(threads);
            return;
        }
        mkl_rt.MKL_Set_Num_Threads(threads);
        Set<String> layers = threadLayers();
        if (!layers.equals(Set.of("gnu"))) {
            throw new IllegalStateException("MKL must use GNU's threads alone, but has loaded " + layers);
        }
    }

    /**
     * Whether convolutions in 32-bit floats go through oneDNN, as they do from the start. That of the presets (3.7.1) answers
     * wrong where a kernel of 3x3 meets more than 16 channels that are no multiple of 16.
     */
    static void useOneDnn(boolean used) {
        torch.globalContext().setUserEnabledMkldnn(used);
        // NNPACK is asked next, and says at each convolution where it does not know the processor.
        torch.globalContext().setUserEnabledNNPACK(used);
    }

    /** Whether matrix products go through MKL; the property {@value #BLAS} may name another library. */
    static boolean isMkl() {
        return Loader.addressof("MKL_Set_Threading_Layer") != null;
    }

    /** The names of MKL's libraries of threads in this process: {@code gnu}, {@code intel}, {@code sequential}. */
    static Set<String> threadLayers() {
        Pattern library = Pattern.compile("libmkl_(gnu|intel|tbb|pgi)_thread\\.so|libmkl_(sequential)\\.so");
        try (Stream<String> mappings = Files.lines(Path.of("/proc/self/maps"))) {
            return mappings.map(library::matcher)
                    .filter(Matcher::find)
                    .map(found -> found.group(1) != null ? found.group(1) : found.group(2))
                    .collect(Collectors.toSet());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
