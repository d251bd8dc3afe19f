package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Every kernel compiles for every card, within the registers and the shared memory that {@code budgets.tsv} allows, and
 * without spills unless the table says so. A file is compiled where its text is not the one that the table was measured
 * with; with {@code -Dswath.test.budgets=check} each is, with {@code write} those that have changed are measured anew.
 */
class BudgetsTest {
    private static final Path KERNELS = Path.of(System.getProperty("swath.test.kernels", ""));
    private static final Path TABLES = Path.of("src/test/budgets");
    private static final String MODE = System.getProperty("swath.test.budgets", "");

    private static void requireCompiler() {
        boolean here = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(p -> Files.isExecutable(Path.of(p, "nvcc")));
        if (!here && "true".equals(System.getenv("CI"))) {
            fail("there is no nvcc on the path, and where CI=true it must be");
        }
        Assumptions.assumeTrue(here, "there is no nvcc on the path: the kernels are not compiled for devices");
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(KERNELS)) {
            return all.filter(f -> f.toString().endsWith(".cu")).sorted().toList();
        }
    }

    @Test
    void everyFileCompilesForEveryCardWithinItsBudgets() throws Exception {
        requireCompiler();
        Budgets budgets = new Budgets(TABLES);
        List<String> over = new ArrayList<>();
        for (Path file : files()) {
            if (budgets.isOf(file) && !MODE.equals("check")) {
                continue;
            }
            Map<String, Budgets.Use> measured = new TreeMap<>(Budgets.compile(file));
            assertFalse(measured.isEmpty(), file + " has no kernel");
            if (MODE.equals("write")) {
                budgets.put(file, measured);
                continue;
            }
            measured.forEach((kernel, use) -> {
                Budgets.Use budget = budgets.uses().get(kernel);
                if (budget == null) {
                    over.add(kernel + " of " + file.getFileName() + " has no budget; it uses " + use);
                } else if (!use.within(budget)) {
                    over.add(kernel + " of " + file.getFileName() + " uses " + use + "; it may use " + budget);
                }
            });
        }
        assertTrue(over.isEmpty(), String.join("\n", over));
    }

    @Test
    void everyKernelHasABudgetAndNoneIsLeftOver() throws Exception {
        Emulator.requireEmulator();
        Set<String> kernels = Emulator.kernels().keySet().stream()
                .filter(k -> !k.startsWith("fault_"))
                .collect(Collectors.toCollection(TreeSet::new));
        Budgets budgets = new Budgets(TABLES);
        assertEquals(kernels, budgets.uses().keySet());
    }

    @Test
    void aCompilersReportIsReadAsItIsWritten() {
        Map<String, Budgets.Use> uses = Budgets.parse("""
                ptxas info    : Compiling entry function 'a_f32' for 'sm_80'
                ptxas info    : Function properties for a_f32
                    8 bytes stack frame, 12 bytes spill stores, 16 bytes spill loads
                ptxas info    : Used 40 registers, used 1 barriers, 8 bytes cumulative stack size, 1028 bytes smem
                ptxas info    : Compiling entry function 'a_f32' for 'sm_90'
                ptxas info    : Function properties for a_f32
                    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
                ptxas info    : Used 44 registers, used 1 barriers, 1024 bytes smem
                ptxas info    : Function properties for b_f32
                    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
                ptxas info    : Used 12 registers, used 0 barriers
                """);
        assertEquals(Map.of("a_f32", new Budgets.Use(44, 28, 1028), "b_f32", new Budgets.Use(12, 0, 0)), uses);
        assertFalse(new Budgets.Use(41, 0, 0).within(new Budgets.Use(40, 0, 0)));
        assertFalse(new Budgets.Use(40, 4, 0).within(new Budgets.Use(40, 0, 0)));
        assertTrue(new Budgets.Use(40, 0, 0).within(new Budgets.Use(40, 0, 0)));
    }
}
