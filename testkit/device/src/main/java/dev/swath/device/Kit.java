package dev.swath.device;

import dev.swath.kernels.Backend;
import dev.swath.kernels.BackendProvider;
import dev.swath.kernels.cuda.CudaBackend;
import dev.swath.kernels.cuda.CudaBackendProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * The kit's program: {@code Kit compile|tests|kernels|models FOLDER SECONDS} writes its results into the folder. {@code Kit pass
 * FOLDER 0 bf16-8-training} runs one pass of the full network for a profiler to look at.
 */
public final class Kit {
    private Kit() {}

    /**
     * Runs one part.
     *
     * @param arguments the part, the folder of the results, and after how many seconds to begin nothing new
     */
    public static void main(String[] arguments) {
        if (arguments.length < 3) {
            System.err.println("usage: Kit compile|tests|kernels|models|pass FOLDER SECONDS [more]");
            System.exit(2);
        }
        Path folder = Path.of(arguments[1]);
        Instant end = Instant.now().plus(Duration.ofSeconds(Long.parseLong(arguments[2])));
        String variant = arguments.length > 3 ? arguments[3] : "";
        boolean good =
                switch (arguments[0]) {
                    case "compile" -> {
                        long start = System.nanoTime();
                        try (CudaBackend device = open()) {
                            device.compileAll();
                            new Report(folder, "compile.txt")
                                    .line(
                                            "%s: kernels ready after %.1f s",
                                            device.description(), (System.nanoTime() - start) / 1e9);
                        }
                        yield true;
                    }
                    case "tests" -> Tests.run(folder, end);
                    case "kernels" -> {
                        try (CudaBackend device = open()) {
                            yield new KernelTimes(device, new Report(folder, "kernels" + variant + ".txt"), end).run();
                        }
                    }
                    case "models" -> {
                        try (CudaBackend device = open()) {
                            yield new ModelTimes(device, new Report(folder, "models" + variant + ".txt"), end).run();
                        }
                    }
                    case "pass" -> {
                        try (CudaBackend device = open()) {
                            new ModelTimes(device, new Report(folder, "pass.txt"), end).pass(variant);
                        }
                        yield true;
                    }
                    default -> throw new IllegalArgumentException("there is no part " + arguments[0]);
                };
        System.exit(good ? 0 : 1);
    }

    private static CudaBackend open() {
        return switch (new CudaBackendProvider().probe(0)) {
            case BackendProvider.Probe.Available(Backend backend) -> (CudaBackend) backend;
            case BackendProvider.Probe.Refused(String reason) -> throw new IllegalStateException(reason);
        };
    }
}
