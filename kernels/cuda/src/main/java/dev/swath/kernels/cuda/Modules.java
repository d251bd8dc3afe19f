package dev.swath.kernels.cuda;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
    /** Files with instructions that the devices of compute capability 9.0 have, and no others. */
    private static final String HOPPER = "hopper_";

    private static final System.Logger LOGGER = System.getLogger(Modules.class.getName());

    private final Gpu gpu;
    private final KernelCache cache;
    private final LaunchCheck check;
    private final Map<String, CUmod_st> modules = new HashMap<>();
    private final Map<Name, Function> functions = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<byte[]>> compiling = new ConcurrentHashMap<>();
    private @Nullable Integer architecture;

    /** A kernel's own name, and that of its file: another file may have one of the same name. */
    private record Name(String file, String kernel) {}

    Modules(Gpu gpu, KernelCache cache, LaunchCheck check) {
        this.gpu = gpu;
        this.cache = cache;
        this.check = check;
    }

    /** The kernel of that name in {@code FILE.cu}. */
    Function function(String file, String name) {
        Function known = functions.get(new Name(file, name));
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
        functions.put(new Name(file, name), function);
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
        String name = cubinName(file);
        byte[] kept = cache.read(name);
        if (kept != null) {
            try {
                return load(kept, file);
            } catch (CudaException e) {
                cache.discard(name); // Damaged on disk: what is compiled now replaces it.
            }
        }
        return load(compiled(file, name), file);
    }

    private String cubinName(String file) {
        String architecture = architecture(file);
        return file + "-" + architecture + "-"
                + KernelCache.key(
                        Sources.text(file + ".cu"),
                        Sources.headers(),
                        String.join(" ", Compiler.OPTIONS),
                        architecture,
                        Compiler.version())
                + ".cubin";
    }

    private byte[] compiled(String file, String name) {
        try {
            return compiling
                    .computeIfAbsent(file, f -> {
                        CompletableFuture<byte[]> own = new CompletableFuture<>();
                        compile(f, name, own);
                        return own;
                    })
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void compile(String file, String name, CompletableFuture<byte[]> result) {
        try {
            byte[] cubin = Compiler.compile(file, architecture(file));
            cache.write(name, cubin);
            result.complete(cubin);
        } catch (RuntimeException | LinkageError e) {
            result.completeExceptionally(e);
        }
    }

    /**
     * Begins to compile every file that is not on disk yet, on all processors, in the background: the first start on a machine
     * then takes as long as the slowest file and not as all of them. What fails is said when it is asked for.
     */
    void compileAhead() {
        if (!Libraries.nvrtc().found()) {
            return;
        }
        List<String> missing = Sources.FILES.stream()
                .filter(f -> !f.startsWith(HOPPER) || gpu.capability() / 10 == 9)
                .filter(f -> !cache.has(cubinName(f)))
                .toList();
        if (missing.isEmpty()) {
            return;
        }
        LOGGER.log(System.Logger.Level.INFO, "compiling the kernels for {0}, once on this machine", gpu.name());
        int threads = Math.min(missing.size(), Runtime.getRuntime().availableProcessors());
        ExecutorService workers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("swath-nvrtc-", 0).factory());
        for (String file : missing) {
            CompletableFuture<byte[]> result = new CompletableFuture<>();
            if (compiling.putIfAbsent(file, result) == null) {
                workers.execute(() -> compile(file, cubinName(file), result));
            }
        }
        workers.shutdown();
    }

    /** Returns when what {@link #compileAhead} has begun is done, or throws what the first that failed says. */
    void awaitCompiled() {
        for (CompletableFuture<byte[]> result : List.copyOf(compiling.values())) {
            try {
                result.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }
    }

    private synchronized String architecture(String file) {
        if (architecture == null) {
            architecture = Compiler.architecture(gpu.capability());
        }
        return "sm_" + architecture + (file.startsWith(HOPPER) ? "a" : "");
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
