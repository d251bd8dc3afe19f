package dev.swath.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Loader;

/** NVIDIA's libraries: which are here, and what each missing one costs. Each is looked for once, when it is first needed. */
final class Libraries {
    /**
     * What was found of one library.
     *
     * @param name as NVIDIA calls it
     * @param file the file that is looked for
     * @param found whether it can be used
     * @param detail where it is, or why it cannot be used
     * @param cost what is lost without it
     */
    record Library(String name, String file, boolean found, String detail, String cost) {
        /** In words, to be put into a sentence. */
        String sentence() {
            return found ? name + " is here" : name + " (" + file + ") is not here: " + detail;
        }
    }

    private static final String SEARCHED =
            "looked for in LD_LIBRARY_PATH, the system's library folders and /usr/local/cuda/lib64";

    private static final Map<String, Library> FOUND = new ConcurrentHashMap<>();

    private Libraries() {}

    /** The driver and CUDA's run time, without which nothing runs. */
    static Library runtime() {
        return library("cudart", "the CUDA run time", "libcudart.so.13 and libcuda.so.1", "the device cannot be used");
    }

    /** The compiler. */
    static Library nvrtc() {
        return library(
                "nvrtc",
                "NVRTC",
                "libnvrtc.so.13",
                "kernels come as they were compiled when Swath was built, for the devices known then");
    }

    /** Matrix products. */
    static Library cublasLt() {
        return library(
                "cublas",
                "cuBLASLt",
                "libcublasLt.so.13",
                "matrix products run on Swath's own kernels, which are slower");
    }

    /** Convolutions. */
    static Library cudnn() {
        return library(
                "cudnn",
                "cuDNN",
                "libcudnn.so.9",
                "convolutions run on Swath's own kernels, which are slower at times");
    }

    /** All of them, in the order of their weight. */
    static List<Library> all() {
        List<Library> out = new ArrayList<>(List.of(runtime()));
        if (out.getFirst().found()) {
            out.addAll(List.of(nvrtc(), cublasLt(), cudnn()));
        }
        return out;
    }

    private static Library library(String preset, String name, String file, String cost) {
        return FOUND.computeIfAbsent(preset, p -> look(name, file, p, cost));
    }

    private static Library look(String name, String file, String preset, String cost) {
        if (without(preset)) {
            return new Library(name, file, false, "switched off by -Dswath.cuda.without", cost);
        }
        try {
            Class<?> c = Class.forName("org.bytedeco.cuda.global." + preset, true, Libraries.class.getClassLoader());
            return new Library(name, file, true, Loader.load(c), cost);
        } catch (LinkageError e) {
            return new Library(name, file, false, firstLine(e) + "; " + SEARCHED, cost);
        } catch (ClassNotFoundException e) {
            return new Library(name, file, false, "the artifact org.bytedeco:cuda is not on the path", cost);
        }
    }

    /** Whether {@code -Dswath.cuda.without=nvrtc,cublas,cudnn} names it. */
    private static boolean without(String preset) {
        return List.of(System.getProperty("swath.cuda.without", "")
                        .toLowerCase(Locale.ROOT)
                        .split("[,\\s]+"))
                .contains(preset);
    }

    static String firstLine(Throwable e) {
        String message = e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("").strip();
    }
}
