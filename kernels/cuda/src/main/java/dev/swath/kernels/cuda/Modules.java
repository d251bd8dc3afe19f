package dev.swath.kernels.cuda;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of one device, loaded file by file when the first of a file is asked for: compiled for this device by NVRTC,
 * once, and kept on disk; where NVRTC is missing, what nvcc made for several devices when Swath was built. Thread-safe.
 */
final class Modules implements AutoCloseable {
    private final Gpu gpu;
    private final KernelCache cache;
    private final LaunchCheck check;
    private final Map<String, CUmod_st> modules = new HashMap<>();
    private final Map<String, Function> functions = new ConcurrentHashMap<>();
    private @Nullable Integer architecture;

    Modules(Gpu gpu, KernelCache cache, LaunchCheck check) {
        this.gpu = gpu;
        this.cache = cache;
        this.check = check;
    }

    /** The kernel of that name in {@code FILE.cu}. */
    Function function(String file, String name) {
        Function known = functions.get(name);
        return known != null ? known : load(file, name);
    }

    private synchronized Function load(String file, String name) {
        gpu.enter();
        CUmod_st module = modules.get(file);
        if (module == null) {
            module = module(file);
            modules.put(file, module);
        }
        CUfunc_st handle = new CUfunc_st();
        Driver.check(cudart.cuModuleGetFunction(handle, module, name), "looking for " + name + " in " + file + ".cu");
        Function function = new Function(name, handle, check);
        functions.put(name, function);
        return function;
    }

    private CUmod_st module(String file) {
        if (!Libraries.nvrtc().found()) {
            byte[] fatbin = Sources.fatbin(file);
            if (fatbin == null) {
                throw new CudaException(
                        "[cuda] the kernels in " + file + ".cu can neither be compiled ("
                                + Libraries.nvrtc().sentence() + ") nor were they when Swath was built",
                        -1);
            }
            return load(fatbin, file);
        }
        String architecture = "sm_" + architecture() + (file.startsWith("hopper_") ? "a" : "");
        String name = file + "-" + architecture + "-"
                + KernelCache.key(
                        Sources.text(file + ".cu"),
                        Sources.headers(),
                        String.join(" ", Compiler.OPTIONS),
                        architecture,
                        Compiler.version())
                + ".cubin";
        byte[] kept = cache.read(name);
        if (kept != null) {
            try {
                return load(kept, file);
            } catch (CudaException e) {
                cache.discard(name); // Damaged on disk: what is compiled now replaces it.
            }
        }
        byte[] cubin = Compiler.compile(file, architecture);
        CUmod_st module = load(cubin, file);
        cache.write(name, cubin);
        return module;
    }

    private int architecture() {
        if (architecture == null) {
            architecture = Compiler.architecture(gpu.capability());
        }
        return architecture;
    }

    private static CUmod_st load(byte[] image, String file) {
        CUmod_st module = new CUmod_st();
        try (BytePointer bytes = new BytePointer(image.length + 1L)) {
            bytes.put(image, 0, image.length).put(image.length, (byte) 0);
            Driver.check(cudart.cuModuleLoadData(module, bytes), "loading the kernels of " + file + ".cu");
        }
        return module;
    }

    @Override
    public synchronized void close() {
        gpu.enter();
        modules.values().forEach(cudart::cuModuleUnload);
        modules.clear();
        functions.clear();
    }
}
