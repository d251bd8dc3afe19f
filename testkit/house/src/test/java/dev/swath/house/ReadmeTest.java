package dev.swath.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.TinyModel;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Safetensors;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs the Java examples of READMEs and package docs as they stand there; only the names of files are put elsewhere. */
class ReadmeTest {
    private static final Path HOME = Path.of("../..").toAbsolutePath().normalize();
    private static final Pattern README = Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL);
    private static final Pattern JAVADOC = Pattern.compile("<pre>\\{@code\\R(.*?) \\* }</pre>", Pattern.DOTALL);
    private static final Pattern FILE = Pattern.compile("(Path\\.of|new File)\\(\"([^\"]+)\"\\)");
    private static final String IMPORTS = String.join(
            "\n",
            List.of(
                    "import dev.swath.autograd.*;",
                    "import dev.swath.autograd.ops.Unary;",
                    "import dev.swath.fianet.*;",
                    "import dev.swath.fianet.image.*;",
                    "import dev.swath.fianet.inspect.*;",
                    "import dev.swath.fianet.model.*;",
                    "import dev.swath.fianet.pretrained.*;",
                    "import dev.swath.kernels.*;",
                    "import dev.swath.nn.Linear;",
                    "import dev.swath.nn.Module;",
                    "import dev.swath.nn.bert.*;",
                    "import dev.swath.nn.inspect.Keep;",
                    "import dev.swath.nn.loss.SegmentationLoss;",
                    "import dev.swath.nn.swin.*;",
                    "import dev.swath.tensor.*;",
                    "import dev.swath.tokenizer.*;",
                    "import dev.swath.weights.*;",
                    "import java.awt.image.BufferedImage;",
                    "import java.io.File;",
                    "import java.nio.file.Path;",
                    "import java.util.List;",
                    "import java.util.Locale;",
                    "import javax.imageio.ImageIO;"));

    @TempDir
    Path folder;

    /** Runs every example of a README or a package's doc in one method and returns what it printed, with plain newlines. */
    private String run(String name) throws Exception {
        StringBuilder body = new StringBuilder();
        Matcher blocks = (name.endsWith(".md") ? README : JAVADOC).matcher(Files.readString(HOME.resolve(name)));
        while (blocks.find()) {
            String example =
                    name.endsWith(".md") ? blocks.group(1) : blocks.group(1).replaceAll("(?m)^ \\* ?", "");
            body.append("{\n").append(example).append("}\n");
        }
        assertTrue(!body.isEmpty(), name + " has an example");
        String placed = FILE.matcher(body)
                .replaceAll(m -> Matcher.quoteReplacement(m.group(1) + "(\""
                        + folder.resolve(m.group(2)).toString().replace("\\", "\\\\") + "\")"));
        Path source = folder.resolve("Example.java");
        Files.writeString(
                source,
                IMPORTS + "\npublic class Example {\npublic static void run() throws Exception {\n" + placed + "}}\n");
        JavaCompiler compiler = assertNotNullCompiler();
        StringWriter messages = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            boolean compiled = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path")),
                            null,
                            files.getJavaFileObjects(source))
                    .call();
            assertTrue(compiled, messages.toString());
        }
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = System.out;
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, ReadmeTest.class.getClassLoader())) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass("Example").getMethod("run").invoke(null);
        } finally {
            System.setOut(out);
        }
        return printed.toString(StandardCharsets.UTF_8).replace("\r", "");
    }

    private static JavaCompiler assertNotNullCompiler() {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertNotNull(compiler, "tests run on a JDK");
        return compiler;
    }

    /** What the examples open. */
    private void writeModelAndHarbor() throws IOException {
        TinyModel.write(folder.resolve("model"));
        ImageIO.write(
                new BufferedImage(120, 80, BufferedImage.TYPE_INT_RGB),
                "png",
                folder.resolve("harbor.png").toFile());
    }

    @Test
    void theFiveLinesMarkPixels() throws Exception {
        writeModelAndHarbor();
        assertTrue(run("README.md").matches("\\d+ pixels, score [0-9.]+\\R"));
    }

    @Test
    void aModelIsOpenedForGradients() throws Exception {
        writeModelAndHarbor();
        assertEquals("[1, 96, 96, 3]\ntrue\n", run("fianet/networks/src/main/java/dev/swath/fianet/package-info.java"));
    }

    @Test
    void aPassIsLookedInto() throws Exception {
        writeModelAndHarbor();
        String printed = run("fianet/inspect/README.md");
        assertTrue(printed.startsWith("[1, 24, 24, 16]\n576\nwithout \"the\": IoU "), printed);
        assertTrue(printed.contains("\nmulti-scale module skipped: IoU "), printed);
    }

    /** Every page of an op is linked where a reader finds it. */
    @Test
    void everyOpPageIsLinked() throws Exception {
        String index = Files.readString(HOME.resolve("docs/ops.md"));
        try (Stream<Path> pages = Files.list(HOME.resolve("docs/ops"))) {
            List<String> missing = pages.map(p -> p.getFileName().toString())
                    .filter(p -> !index.contains("](ops/" + p + ")"))
                    .toList();
            assertEquals(List.of(), missing);
        }
        assertTrue(Files.readString(HOME.resolve("README.md")).contains("](docs/ops.md)"));
    }

    /** Every link of a README or page to a file of this repository leads to one. */
    @Test
    void linksLeadSomewhere() throws Exception {
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> all = Files.walk(HOME, 5)) {
            all.filter(p -> p.toString().endsWith(".md") && !p.toString().contains("target"))
                    .forEach(pages::add);
        }
        List<String> broken = new ArrayList<>();
        for (Path page : pages) {
            Matcher links = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)]*)?\\)").matcher(Files.readString(page));
            while (links.find()) {
                if (!links.group(1).contains("://")
                        && !Files.exists(page.getParent().resolve(links.group(1)))) {
                    broken.add(HOME.relativize(page) + ": " + links.group(1));
                }
            }
        }
        assertTrue(pages.size() > 30, pages.size() + " pages");
        assertEquals(List.of(), broken);
    }

    @Test
    void theNetworksRun() throws Exception {
        assertEquals("[1, 2, 2, 768]\n[1, 3, 32]\n[5, 3]\n", run("nn/README.md"));
    }

    @Test
    void theNetworksRunAlone() throws Exception {
        assertEquals(
                "[1, 18, 16, 96]\n[1, 9, 8, 192]\n[1, 5, 4, 384]\n[1, 3, 2, 768]\n",
                run("nn/src/main/java/dev/swath/nn/swin/package-info.java"));
        assertEquals("[1, 3, 32]\n", run("nn/src/main/java/dev/swath/nn/bert/package-info.java"));
    }

    @Test
    void theTokenizerSplits() throws Exception {
        Files.write(folder.resolve("vocab.txt"), TinyModel.PIECES);
        String printed = run("tokenizer/README.md");
        assertEquals(printed, run("tokenizer/src/main/java/dev/swath/tokenizer/package-info.java"));
        assertTrue(printed.startsWith("5 the 0..3") && printed.contains("6 ship 4..8"), printed);
    }

    @Test
    void theWeightsAreListed() throws Exception {
        // The content decides what a file is, not its name.
        Safetensors.write(folder.resolve("best.pth"), new StateDict().put("a.weight", Tensor.zeros(2, 3)), Map.of());
        assertEquals("a.weight [2, 3]\n", run("weights/checkpoints/README.md"));
    }
}
