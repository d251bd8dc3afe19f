package dev.swath.kernels.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What each kernel may use of a multiprocessor, and for which text of each file that was measured: {@code budgets.tsv} and
 * {@code compiled.tsv}.
 */
final class Budgets {
    /** The cards that kernels are compiled for here: A100, H100 and H200, B200. */
    private static final List<String> ARCHITECTURES = List.of("80", "90", "100");

    private static final Pattern INCLUDE = Pattern.compile("#include \"([^\"]+)\"");
    private static final Pattern KERNEL = Pattern.compile("Function properties for (\\w+)");
    private static final Pattern SPILLS = Pattern.compile("(\\d+) bytes spill stores, (\\d+) bytes spill loads");
    private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");
    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

    /**
     * What a kernel uses, the most of all cards.
     *
     * @param registers of a thread
     * @param spills bytes of registers that are written to memory and read again
     * @param shared bytes of static shared memory
     */
    record Use(int registers, int spills, int shared) {
        Use most(Use other) {
            return new Use(
                    Math.max(registers, other.registers),
                    Math.max(spills, other.spills),
                    Math.max(shared, other.shared));
        }

        boolean within(Use budget) {
            return registers <= budget.registers && spills <= budget.spills && shared <= budget.shared;
        }

        @Override
        public String toString() {
            return registers + " registers, " + spills + " bytes of spills, " + shared + " bytes of shared memory";
        }
    }

    private final Path folder;
    private final Map<String, Use> uses = new TreeMap<>();
    private final Map<String, String> homes = new TreeMap<>();
    private final Map<String, String> compiled = new TreeMap<>();

    /** Reads both tables. */
    Budgets(Path folder) throws IOException {
        this.folder = folder;
        for (String[] row : rows("budgets.tsv")) {
            homes.put(row[1], row[0]);
            uses.put(row[1], new Use(Integer.parseInt(row[2]), Integer.parseInt(row[3]), Integer.parseInt(row[4])));
        }
        for (String[] row : rows("compiled.tsv")) {
            compiled.put(row[0], row[1]);
        }
    }

    private List<String[]> rows(String name) throws IOException {
        Path file = folder.resolve(name);
        List<String[]> out = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    out.add(line.split("\t"));
                }
            }
        }
        return out;
    }

    Map<String, Use> uses() {
        return uses;
    }

    /** Sixteen digits of the file and of every header that it includes. */
    static String hash(Path file) throws IOException {
        Map<String, String> parts = new TreeMap<>();
        gather(file, parts);
        return KernelCache.key(parts.values().toArray(String[]::new));
    }

    private static void gather(Path file, Map<String, String> parts) throws IOException {
        String text = Files.readString(file);
        if (parts.put(file.getFileName().toString(), text) == null) {
            for (Matcher m = INCLUDE.matcher(text); m.find(); ) {
                Path header = file.resolveSibling(m.group(1));
                if (Files.exists(header)) {
                    gather(header, parts);
                }
            }
        }
    }

    /** Whether the table was measured with this text. */
    boolean isOf(Path file) throws IOException {
        return hash(file).equals(compiled.get(file.getFileName().toString()));
    }

    /** Takes over what was measured, registers with room for seven more at most, and writes both tables. */
    void put(Path file, Map<String, Use> measured) throws IOException {
        String name = file.getFileName().toString();
        homes.values().removeIf(home -> home.equals(name) || !Files.exists(file.resolveSibling(home)));
        uses.keySet().retainAll(homes.keySet());
        measured.forEach((kernel, use) -> {
            homes.put(kernel, name);
            uses.put(kernel, new Use((use.registers + 7) / 8 * 8, use.spills, use.shared));
        });
        compiled.keySet().removeIf(home -> !Files.exists(file.resolveSibling(home)));
        compiled.put(name, hash(file));
        List<String> lines = new ArrayList<>(List.of(
                "# What a kernel may use on any card it is compiled for; beyond it, a test fails.",
                "# file\tkernel\tregisters\tspills\tshared"));
        uses.forEach((kernel, u) ->
                lines.add(homes.get(kernel) + "\t" + kernel + "\t" + u.registers + "\t" + u.spills + "\t" + u.shared));
        write("budgets.tsv", lines);
        List<String> files = new ArrayList<>(List.of("# The text of each file that budgets.tsv was measured with."));
        compiled.forEach((home, hash) -> files.add(home + "\t" + hash));
        write("compiled.tsv", files);
    }

    private void write(String name, List<String> lines) throws IOException {
        Path part = folder.resolve(name + ".part");
        Files.write(part, lines);
        Files.move(part, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Compiles a file for every card and gives what its kernels use at most. */
    static Map<String, Use> compile(Path file) throws IOException, InterruptedException {
        Path out = Files.createTempFile("kernels", ".fatbin");
        List<String> command =
                new ArrayList<>(List.of("nvcc", "-std=c++17", "-fatbin", "-Xptxas", "-v", "-o", out.toString()));
        // The files of one generation's own instructions are compiled for it alone.
        List<String> architectures =
                file.getFileName().toString().startsWith("hopper_") ? List.of("90a") : ARCHITECTURES;
        for (String a : architectures) {
            command.add("-gencode=arch=compute_" + a + ",code=sm_" + a);
        }
        command.add(file.toString());
        try {
            Process nvcc = new ProcessBuilder(command).redirectErrorStream(true).start();
            String report = new String(nvcc.getInputStream().readAllBytes());
            if (nvcc.waitFor() != 0) {
                throw new AssertionError(file.getFileName() + " does not compile:\n" + report);
            }
            return parse(report);
        } finally {
            Files.deleteIfExists(out);
        }
    }

    /** What {@code ptxas -v} says of each kernel. */
    static Map<String, Use> parse(String report) {
        Map<String, Use> out = new HashMap<>();
        String kernel = "";
        int spills = 0;
        for (String line : report.lines().toList()) {
            Matcher m = KERNEL.matcher(line);
            if (m.find()) {
                kernel = m.group(1);
            }
            m = SPILLS.matcher(line);
            if (m.find()) {
                spills = Integer.parseInt(m.group(1)) + Integer.parseInt(m.group(2));
            }
            m = REGISTERS.matcher(line);
            if (m.find()) {
                int registers = Integer.parseInt(m.group(1));
                m = SHARED.matcher(line);
                out.merge(kernel, new Use(registers, spills, m.find() ? Integer.parseInt(m.group(1)) : 0), Use::most);
            }
        }
        return out;
    }
}
