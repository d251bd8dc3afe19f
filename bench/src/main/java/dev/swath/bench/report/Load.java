package dev.swath.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * How much processor time this machine has given until a moment, in the kernel's ticks; two of them tell who used the time
 * between.
 *
 * @param total all processors' time, idle or not
 * @param idle what nobody used
 * @param stolen what the hypervisor gave to other machines
 * @param own what this process and its ended children used
 */
public record Load(long total, long idle, long stolen, long own) {
    private static final Path PROC = Path.of("/proc");

    /**
     * Who else used the machine between two moments.
     *
     * @param others the part of all processors' time that other processes used
     * @param stolen the part that the hypervisor gave to other machines
     */
    public record Busy(double others, double stolen) {}

    /** Until now; empty where the system does not tell. */
    public static Optional<Load> now() {
        try {
            return Optional.of(of(
                    Files.readString(PROC.resolve("stat")),
                    Files.readString(PROC.resolve("self").resolve("stat"))));
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException unknown) {
            return Optional.empty();
        }
    }

    /** From the texts of {@code /proc/stat} and of {@code /proc/self/stat}. */
    static Load of(String machine, String process) {
        // user, nice, system, idle, waiting for input, two kinds of interrupts, stolen; guests count as users already
        long[] times = Arrays.stream(machine.lines().findFirst().orElse("").split("\\s+"))
                .skip(1)
                .limit(8)
                .mapToLong(Long::parseLong)
                .toArray();
        // The process's name stands in brackets and may hold spaces; its own and its children's times are the 14th to
        // 17th.
        String[] rest = process.substring(process.lastIndexOf(')') + 2).split(" ");
        long own = Arrays.stream(rest, 11, 15).mapToLong(Long::parseLong).sum();
        return new Load(Arrays.stream(times).sum(), times[3] + times[4], times[7], own);
    }

    /** Who else used the machine since an earlier moment; empty where no time went by. */
    public Optional<Busy> since(Load earlier) {
        double time = total - earlier.total;
        if (time <= 0) {
            return Optional.empty();
        }
        long used = total - idle - stolen - (earlier.total - earlier.idle - earlier.stolen);
        double others = Math.max(0, used - (own - earlier.own));
        return Optional.of(new Busy(others / time, (stolen - earlier.stolen) / time));
    }

    /** How many processes wanted to run in the last minute, on the average; NaN where the system does not tell. */
    public static double average() {
        try {
            return Double.parseDouble(Files.readString(PROC.resolve("loadavg")).split(" ")[0]);
        } catch (IOException | NumberFormatException unknown) {
            return Double.NaN;
        }
    }
}
