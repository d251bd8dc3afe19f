package dev.swath.bench.report;

import dev.swath.files.json.Json;
import dev.swath.kernels.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.incubator.vector.FloatVector;

/**
 * What a process measures on.
 *
 * @param processor its name
 * @param processors how many the JVM may use
 * @param memoryMiB of the machine
 * @param system operating system and kind of processor
 * @param jvm name and version
 * @param vectorBits width of the vectors that the JVM prefers
 * @param kernels the processor backend that Swath chooses, with the width it uses
 */
public record Machine(
        String processor, int processors, long memoryMiB, String system, String jvm, int vectorBits, String kernels) {
    /** This process's machine. */
    public static Machine here() {
        String cpu = text("/proc/cpuinfo");
        String arch = System.getProperty("os.arch");
        boolean virtual = field(cpu, "flags").contains(" hypervisor ");
        return new Machine(
                field(cpu, "model name").isBlank()
                        ? "unknown processor"
                        : field(cpu, "model name").strip(),
                Runtime.getRuntime().availableProcessors(),
                memory(text("/proc/meminfo")),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", " + arch
                        + (virtual ? ", virtual machine" : ""),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + ", "
                        + System.getProperty("java.vendor"),
                FloatVector.SPECIES_PREFERRED.vectorBitSize(),
                Backends.cpu().description());
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException unknown) {
            return "";
        }
    }

    /** The first line of that name, with a space at its end; empty where there is none. */
    private static String field(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1) + " ")
                .findFirst()
                .orElse("");
    }

    private static long memory(String text) {
        String total = field(text, "MemTotal").replaceAll("\\D", "");
        return total.isEmpty() ? 0 : Long.parseLong(total) / 1024;
    }

    /** As a JSON object. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("processor", processor);
        json.put("processors", processors);
        json.put("memoryMiB", memoryMiB);
        json.put("system", system);
        json.put("jvm", jvm);
        json.put("vectorBits", vectorBits);
        json.put("kernels", kernels);
        return json;
    }

    /** From a JSON object. */
    public static Machine fromJson(Map<String, Object> json) {
        return new Machine(
                Json.asString(json.get("processor"), "processor"),
                Json.asInt(json.get("processors"), "processors"),
                Json.asLong(json.get("memoryMiB"), "memoryMiB"),
                Json.asString(json.get("system"), "system"),
                Json.asString(json.get("jvm"), "jvm"),
                Json.asInt(json.get("vectorBits"), "vectorBits"),
                Json.asString(json.get("kernels"), "kernels"));
    }

    /** A line each. */
    List<String> lines() {
        return List.of(
                "Machine: " + processor + ", " + processors + (processors == 1 ? " processor, " : " processors, ")
                        + (memoryMiB == 0 ? "memory unknown" : (memoryMiB + 512) / 1024 + " GiB of memory") + "; "
                        + system,
                "JVM: " + jvm,
                "Vectors: the JVM prefers " + vectorBits + " bits; Swath's kernels: " + kernels);
    }
}
