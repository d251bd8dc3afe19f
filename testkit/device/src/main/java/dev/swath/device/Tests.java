package dev.swath.device;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the test classes in the kit's folders of tests, one after another, and says of each test that fails what it said. */
final class Tests {
    private static final int LINES = 6;

    private Tests() {}

    static boolean run(Path folder, Instant end) {
        Report report = new Report(folder, "tests.txt");
        Set<Path> roots = new LinkedHashSet<>();
        for (String root : System.getProperty("swath.kit.tests", "").split(":")) {
            if (!root.isEmpty() && Files.isDirectory(Path.of(root))) {
                roots.add(Path.of(root));
            }
        }
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClasspathRoots(roots))
                .filters(ClassNameFilter.includeClassNamePatterns(System.getProperty("swath.kit.classes", ".*Test")))
                .build();
        Counts counts = new Counts(report, end);
        LauncherFactory.create().execute(request, counts);
        report.line(
                "tests: %d passed, %d failed, %d skipped%s",
                counts.passed,
                counts.failed,
                counts.skipped,
                counts.late > 0 ? ", " + counts.late + " not begun for lack of time" : "");
        return counts.failed == 0 && counts.passed > 0;
    }

    /** Counts, and ends the program when time is up: what was written stays. */
    private static final class Counts implements TestExecutionListener {
        private final Report report;
        private final Instant end;
        private int passed;
        private int failed;
        private int skipped;
        private int late;

        Counts(Report report, Instant end) {
            this.report = report;
            this.end = end;
        }

        @Override
        public void executionStarted(TestIdentifier test) {
            if (test.isTest() && Instant.now().isAfter(end)) {
                report.line("time is up: %d passed, %d failed, %d skipped so far", passed, failed, skipped);
                Runtime.getRuntime().halt(failed == 0 ? 0 : 1);
            }
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            skipped++;
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (!test.isTest() && result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
                return;
            }
            switch (result.getStatus()) {
                case SUCCESSFUL -> passed++;
                case ABORTED -> skipped++;
                case FAILED -> {
                    failed++;
                    report.line("FAILED %s", name(test));
                    result.getThrowable().ifPresent(t -> text(t).forEach(l -> report.line("    %s", l)));
                }
            }
        }

        private static String name(TestIdentifier test) {
            return test.getUniqueId().replaceAll("\\[engine:[^]]*]/", "") + " " + test.getDisplayName();
        }

        private static List<String> text(Throwable t) {
            StringWriter out = new StringWriter();
            t.printStackTrace(new PrintWriter(out));
            return out.toString().lines().limit(LINES).toList();
        }
    }
}
