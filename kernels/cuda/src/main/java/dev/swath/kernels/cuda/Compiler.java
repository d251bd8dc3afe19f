package dev.swath.kernels.cuda;

import java.util.List;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/** Makes machine code of kernel files by NVRTC, the compiler that comes with CUDA's run time. */
final class Compiler {
    /** Beside the architecture; no fast mathematics: results are those of the formulas. */
    static final List<String> OPTIONS = List.of("--std=c++17", "--dopt=on", "-default-device");

    private Compiler() {}

    /** Major and minor version, such as 13.0. */
    static String version() {
        int[] major = new int[1];
        int[] minor = new int[1];
        check(nvrtc.nvrtcVersion(major, minor), "asking for the compiler's version", null);
        return major[0] + "." + minor[0];
    }

    /**
     * The architecture to compile for: the device's own, or the newest that the compiler knows of the same generation, whose
     * code the device runs too.
     *
     * @param capability 90 for compute capability 9.0
     */
    static int architecture(int capability) {
        int[] count = new int[1];
        check(nvrtc.nvrtcGetNumSupportedArchs(count), "asking for the compiler's devices", null);
        int[] all = new int[count[0]];
        check(nvrtc.nvrtcGetSupportedArchs(all), "asking for the compiler's devices", null);
        int best = 0;
        for (int known : all) {
            if (known / 10 == capability / 10 && known <= capability) {
                best = Math.max(best, known);
            }
        }
        if (best == 0) {
            throw new CudaException(
                    "[cuda] the compiler of CUDA " + version() + " knows no device of compute capability "
                            + capability / 10 + "." + capability % 10 + "; a newer libnvrtc is needed",
                    -1);
        }
        return best;
    }

    /** The CUBIN of a kernel file for an architecture such as {@code sm_90}. */
    static byte[] compile(String file, String architecture) {
        _nvrtcProgram program = new _nvrtcProgram();
        try (BytePointer source = new BytePointer(Sources.text(file + ".cu"));
                BytePointer name = new BytePointer(file + ".cu");
                PointerPointer<BytePointer> headers = new PointerPointer<>(
                        Sources.HEADERS.stream().map(Sources::text).toArray(String[]::new));
                PointerPointer<BytePointer> headerNames =
                        new PointerPointer<>(Sources.HEADERS.toArray(String[]::new))) {
            check(
                    nvrtc.nvrtcCreateProgram(program, source, name, Sources.HEADERS.size(), headers, headerNames),
                    "reading " + file + ".cu",
                    null);
            try {
                String[] options = new String[OPTIONS.size() + 1];
                options[0] = "--gpu-architecture=" + architecture;
                for (int i = 0; i < OPTIONS.size(); i++) {
                    options[i + 1] = OPTIONS.get(i);
                }
                int status;
                try (PointerPointer<BytePointer> list = new PointerPointer<>(options)) {
                    status = nvrtc.nvrtcCompileProgram(program, options.length, list);
                }
                if (status != nvrtc.NVRTC_SUCCESS) {
                    check(status, "compiling " + file + ".cu for " + architecture, log(program));
                }
                return cubin(program, file);
            } finally {
                destroy(program);
            }
        }
    }

    private static byte[] cubin(_nvrtcProgram program, String file) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            check(nvrtc.nvrtcGetCUBINSize(program, size), "compiling " + file + ".cu", null);
            byte[] out = new byte[Math.toIntExact(size.get())];
            check(nvrtc.nvrtcGetCUBIN(program, out), "compiling " + file + ".cu", null);
            return out;
        }
    }

    private static String log(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            if (nvrtc.nvrtcGetProgramLogSize(program, size) != nvrtc.NVRTC_SUCCESS) {
                return "";
            }
            try (BytePointer out = new BytePointer(size.get())) {
                return nvrtc.nvrtcGetProgramLog(program, out) == nvrtc.NVRTC_SUCCESS ? out.getString() : "";
            }
        }
    }

    /** NVRTC takes the address of the handle here. */
    private static void destroy(_nvrtcProgram program) {
        try (PointerPointer<Pointer> handle = new PointerPointer<Pointer>(1).put(0, program)) {
            nvrtc.nvrtcDestroyProgram(handle);
        }
    }

    private static void check(int status, String what, @Nullable String log) {
        if (status != nvrtc.NVRTC_SUCCESS) {
            String text = nvrtc.nvrtcGetErrorString(status).getString();
            String first = log == null
                    ? ""
                    : log.lines().filter(l -> l.contains("error")).findFirst().orElse("");
            throw new CudaException(
                    "[cuda] " + what + " failed: " + text + (first.isEmpty() ? "" : ": " + first.strip()), status);
        }
    }
}
