package dev.swath.bench;

import dev.swath.files.json.Json;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Command that runs {@code swath segment} as a user does, in a process of its own, on the checkpoint of
 * {@link MakeCheckpoint} and the scene of {@link MakeOracle}, compares the logits with the oracle's and prints what it took.
 */
public final class CheckSegment {
    private static final String USAGE =
            "usage: CheckSegment --swath LAUNCHER --weights F.pth --oracle PREFIX --out FOLDER [-- OPTION...]";

    private static final long POLL_MILLISECONDS = 20;

    private CheckSegment() {}

    /** What a process took. */
    private record Cost(double seconds, long peakBytes) {}

    /** Runs the command; the exit status is 0 right, 1 wrong or failed, 2 wrong usage. */
    public static void main(String[] arguments) throws InterruptedException {
        String launcher = "";
        String weights = "";
        String oracle = "";
        String out = "";
        List<String> more = List.of();
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--swath" -> launcher = arguments[++i];
                    case "--weights" -> weights = arguments[++i];
                    case "--oracle" -> oracle = arguments[++i];
                    case "--out" -> out = arguments[++i];
                    case "--" -> {
                        more = List.of(arguments).subList(i + 1, arguments.length);
                        i = arguments.length;
                    }
                    default -> throw new IllegalArgumentException(arguments[i]);
                }
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException unusable) {
            launcher = "";
        }
        if (launcher.isEmpty() || weights.isEmpty() || oracle.isEmpty() || out.isEmpty()) {
            System.err.println(USAGE);
            System.exit(2);
        }
        try {
            System.exit(check(launcher, weights, oracle, Path.of(out), more) ? 0 : 1);
        } catch (IOException failure) {
            System.err.println("the check of " + weights + " failed: " + failure.getMessage());
            System.exit(1);
        }
    }

    private static boolean check(String launcher, String weights, String oracle, Path out, List<String> more)
            throws IOException, InterruptedException {
        StateDict wanted =
                Safetensors.open(Path.of(oracle + "-oracle.safetensors")).tensors();
        Path logits = out.resolve("logits.safetensors");
        Files.createDirectories(out);
        Files.deleteIfExists(logits);
        List<String> command = new ArrayList<>(List.of(
                launcher,
                "segment",
                "--image",
                oracle + ".png",
                "--weights",
                weights,
                "--input-ids",
                list(wanted.get("ids")),
                "--attention-mask",
                list(wanted.get("ctx")),
                "--object-mask",
                list(wanted.get("obj")),
                "--position-mask",
                list(wanted.get("pos")),
                "--out",
                out.toString(),
                "--save-logits",
                logits.toString()));
        command.addAll(more);
        Cost cost = run(command);
        Map<String, Object> result = Json.parseObject(Files.readString(out.resolve("result.json")));
        float[] expected = wanted.get("logits").toFloatArray();
        float[] got = Safetensors.open(logits).tensors().get("logits").toFloatArray();
        double largest = Errors.relative(expected, got);
        double mean = Errors.relativeMean(expected, got);
        boolean right = largest <= Errors.LARGEST_OF_LOGITS && mean <= Errors.MEAN_OF_LOGITS;
        System.out.printf(
                Locale.ROOT,
                "load %.2f s, segment %.2f s, whole process %.2f s, peak memory %.2f GB;"
                        + " error of the logits: largest %.1e (allowed %.0e), mean %.1e (allowed %.0e): %s%n",
                Json.asDouble(result.get("load_seconds"), "load_seconds"),
                Json.asDouble(result.get("segment_seconds"), "segment_seconds"),
                cost.seconds(),
                cost.peakBytes() / 1e9,
                largest,
                Errors.LARGEST_OF_LOGITS,
                mean,
                Errors.MEAN_OF_LOGITS,
                right ? "right" : "WRONG");
        return right;
    }

    private static String list(Tensor values) {
        return Arrays.stream(values.toLongArray()).mapToObj(Long::toString).collect(Collectors.joining(","));
    }

    /** Runs a process to its end; the kernel keeps the highest memory that it had, which is read as long as it lives. */
    private static Cost run(List<String> command) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        long peak = 0;
        while (!process.waitFor(POLL_MILLISECONDS, TimeUnit.MILLISECONDS)) {
            peak = Math.max(peak, highWater(status));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (process.exitValue() != 0) {
            throw new IOException("swath ended with status " + process.exitValue());
        }
        return new Cost(seconds, peak);
    }

    /** Bytes; 0 when the process has just ended. */
    private static long highWater(Path status) throws IOException {
        if (!Files.exists(Path.of("/proc/self/status"))) {
            throw new IOException("the peak memory of a process can be read on Linux only");
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException ended) {
            return 0;
        }
    }
}
