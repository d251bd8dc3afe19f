package dev.swath.house;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.swath.kernels.Kernel;
import dev.swath.testkit.OpCases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.Lock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of the house that a compiler does not hold. */
class ArchitectureTest {
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.swath");

    private static final String[] PUBLISHED = {
        "dev.swath.tensor..",
        "dev.swath.kernels..",
        "dev.swath.autograd..",
        "dev.swath.nn..",
        "dev.swath.files..",
        "dev.swath.weights..",
        "dev.swath.tokenizer..",
        "dev.swath.fianet.."
    };

    /** Ops that have no kernel of their own name, and what they are made of. */
    private static final Map<String, String> BORROWED = Map.of(
            "Linear", "Gemm",
            "MatMul", "Gemm",
            "Concat", "Copy",
            "Narrow", "Copy",
            "Pad", "Copy",
            "Roll", "Copy",
            "Permute", "Copy",
            "Reshape", "Copy",
            "Dropout", "Binary",
            "DropPath", "Binary");

    private static String[] plus(String... packages) {
        // The package without a name is that of arrays of primitives.
        return Stream.concat(Stream.of(packages), Stream.of("java..", "org.jspecify..", ""))
                .toArray(String[]::new);
    }

    /** That the process was told once about slow kernels is the one thing that must outlive every object. */
    private static final String SAID_ONCE = "dev.swath.kernels.Backends.SAID";

    /** Kernels whose scalar form serves the vector backend too: a hundredth of a training step at most, and never in inference. */
    private static final Set<String> SCALAR_ALWAYS = Set.of("Cast", "SegmentationLoss", "GradientClipping");

    @Test
    void tensorStandsAlone() {
        classes()
                .that()
                .resideInAPackage("dev.swath.tensor..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(plus("dev.swath.tensor.."))
                .check(HOUSE);
    }

    @Test
    void kernelsKnowTensorsOnly() {
        classes()
                .that()
                .resideInAnyPackage("dev.swath.kernels", "dev.swath.kernels.scalar..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(plus("dev.swath.tensor..", "dev.swath.kernels", "dev.swath.kernels.scalar.."))
                .check(HOUSE);
        classes()
                .that()
                .resideInAPackage("dev.swath.kernels.vector..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(plus("dev.swath.tensor..", "dev.swath.kernels..", "jdk.incubator.vector.."))
                .check(HOUSE);
    }

    @Test
    void autogradKnowsNoParticularFastBackend() {
        classes()
                .that()
                .resideInAPackage("dev.swath.autograd..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(plus(
                        "dev.swath.tensor..",
                        "dev.swath.kernels",
                        "dev.swath.kernels.scalar..",
                        "dev.swath.autograd.."))
                .check(HOUSE);
    }

    @Test
    void modulesKnowNothingOfFiles() {
        classes()
                .that()
                .resideInAPackage("dev.swath.nn..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        plus("dev.swath.tensor..", "dev.swath.kernels", "dev.swath.autograd..", "dev.swath.nn.."))
                .check(HOUSE);
    }

    @Test
    void filesStandAlone() {
        classes()
                .that()
                .resideInAPackage("dev.swath.files..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(plus("dev.swath.files.."))
                .check(HOUSE);
    }

    @Test
    void weightsKnowTensorsAndFilesOnly() {
        classes()
                .that()
                .resideInAPackage("dev.swath.weights..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(plus("dev.swath.tensor..", "dev.swath.files..", "dev.swath.weights.."))
                .check(HOUSE);
    }

    @Test
    void theTokenizerStandsAlone() {
        classes()
                .that()
                .resideInAPackage("dev.swath.tokenizer..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(plus("dev.swath.tokenizer.."))
                .check(HOUSE);
    }

    private static final String[] ENGINE = {
        "dev.swath.tensor..",
        "dev.swath.kernels",
        "dev.swath.autograd..",
        "dev.swath.nn..",
        "dev.swath.files..",
        "dev.swath.weights..",
        "dev.swath.tokenizer..",
        "javax.imageio.."
    };
    private static final String[] NETWORKS = {
        "dev.swath.fianet",
        "dev.swath.fianet.image..",
        "dev.swath.fianet.model..",
        "dev.swath.fianet.pretrained..",
        "dev.swath.fianet.text.."
    };
    private static final String[] DATASETS = {
        "dev.swath.fianet.data..", "dev.swath.fianet.draw..", "dev.swath.fianet.metrics..", "dev.swath.fianet.synth.."
    };
    private static final String[] INSPECT = {"dev.swath.fianet.inspect.."};
    private static final String[] TRAINING = {"dev.swath.fianet.train.."};
    private static final Set<String> DRAWING_AND_LOGGING =
            Set.of("java.awt", "java.awt.font", "java.awt.geom", "javax.swing", "java.util.logging");

    private static final String[] CLI = {"dev.swath.fianet.cli.."};

    private static void know(String[] who, String[]... what) {
        classes()
                .that()
                .resideInAnyPackage(who)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(plus(Stream.of(what).flatMap(Stream::of).toArray(String[]::new)))
                .check(HOUSE);
    }

    @Test
    void fianetLooksDownOnly() {
        know(NETWORKS, NETWORKS, ENGINE);
        know(DATASETS, DATASETS, NETWORKS, ENGINE);
        know(INSPECT, INSPECT, NETWORKS, ENGINE);
        know(TRAINING, TRAINING, DATASETS, NETWORKS, ENGINE);
        know(CLI, CLI, TRAINING, INSPECT, DATASETS, NETWORKS, ENGINE, new String[] {
            "picocli..", "com.sun.management..", "javax.management.."
        });
    }

    @Test
    void taggerAndModelStandBesideTheNetworks() {
        know(
                new String[] {"dev.swath.fianet.opennlp.."},
                new String[] {"dev.swath.fianet.opennlp..", "dev.swath.fianet.text..", "opennlp.."});
        know(new String[] {"dev.swath.fianet.bundled.."}, new String[] {"dev.swath.fianet.bundled..", "dev.swath.fianet"
        });
    }

    /** Pictures are read and handed on; nothing is painted, and no logging but the JDK's facade is named. */
    @Test
    void theNetworksDrawNothingAndLogNothing() {
        noClasses()
                .that()
                .resideInAnyPackage(NETWORKS)
                .should()
                .dependOnClassesThat(describe(
                        "draw, show or log",
                        c -> DRAWING_AND_LOGGING.contains(c.getPackageName())
                                && !c.isEquivalentTo(java.awt.Dimension.class)
                                && !c.isEquivalentTo(java.awt.Point.class)))
                .check(HOUSE);
    }

    @Test
    void theProductFindsFastBackendsByTheServiceLoader() {
        noClasses()
                .that()
                .resideInAPackage("dev.swath.fianet..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.swath.kernels.vector..", "dev.swath.kernels.cuda..")
                .check(HOUSE);
    }

    @Test
    void nothingPublishedKnowsBenchOrTestkit() {
        noClasses()
                .that()
                .resideInAnyPackage(PUBLISHED)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.swath.bench..", "dev.swath.testkit..", "org.junit..")
                .check(HOUSE);
    }

    @Test
    void theVectorApiIsNamedInOnePlace() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.swath.kernels.vector..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator..")
                .check(HOUSE);
    }

    @Test
    void javaCppIsNamedInOnePlace() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.swath.kernels.cuda..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(HOUSE);
    }

    @Test
    void theCudaKernelsKnowKernelsAndJavaCpp() {
        classes()
                .that()
                .resideInAPackage("dev.swath.kernels.cuda..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(plus("dev.swath.tensor..", "dev.swath.kernels..", "org.bytedeco.."))
                .check(HOUSE);
    }

    @Test
    void onlyCommandsWriteToTheConsole() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.swath.fianet.cli..")
                .and(describe("have no main method", c -> c.tryGetMethod("main", String[].class)
                        .isEmpty()))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(HOUSE);
    }

    @Test
    void publishedCodeHasNoStaticMutableState() {
        fields().that()
                .areStatic()
                .and()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(PUBLISHED)
                .should()
                .beFinal()
                .check(HOUSE);
        fields().that()
                .areStatic()
                .and()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(PUBLISHED)
                .and()
                .doNotHaveFullName(SAID_ONCE)
                .should()
                .notHaveRawType(describe("something made to be changed", ArchitectureTest::changeable))
                .check(HOUSE);
    }

    private static boolean changeable(JavaClass type) {
        return type.getPackageName().equals("java.util.concurrent.atomic")
                || type.isAssignableTo(ThreadLocal.class)
                || type.isAssignableTo(HashMap.class)
                || type.isAssignableTo(java.util.ArrayList.class)
                || type.isAssignableTo(java.util.concurrent.ConcurrentMap.class)
                || type.isAssignableTo(Lock.class)
                || type.isAssignableTo(Random.class)
                || type.isAssignableTo(StringBuilder.class);
    }

    @Test
    void everyOpHasAKernelACaseAndAPage() throws IOException {
        Set<String> pages = new TreeSet<>();
        Set<String> names = new TreeSet<>();
        for (JavaClass op : ops().toList()) {
            String name = op.getSimpleName();
            String kernel = BORROWED.getOrDefault(name, name) + "Kernel";
            assertTrue(HOUSE.contain("dev.swath.kernels." + kernel), name + " has no " + kernel);
            pages.add(pageOf(name));
            names.add(name);
        }
        Set<String> cases = new TreeSet<>();
        OpCases.all().forEach(c -> cases.add(c.op().getSimpleName()));
        assertEquals(names, cases);
        try (Stream<Path> files = Files.list(Path.of("../../docs/ops"))) {
            Set<String> found = new TreeSet<>();
            files.forEach(f -> found.add(f.getFileName().toString()));
            assertEquals(pages, found, "docs/ops holds one page an op, and nothing else");
        }
    }

    @Test
    void everyKernelHasAScalarAndAVectorForm() {
        Set<String> kernels = HOUSE.stream()
                .filter(c -> c.getPackageName().equals("dev.swath.kernels") && c.isInterface())
                .filter(c -> c.isAssignableTo(Kernel.class) && !c.isEquivalentTo(Kernel.class))
                .map(c -> c.getSimpleName().replaceFirst("Kernel$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(kernels.contains("LayerNorm"), kernels.toString());
        for (String kernel : kernels) {
            assertTrue(HOUSE.contain("dev.swath.kernels.scalar.Scalar" + kernel), kernel + " has no scalar form");
            assertTrue(
                    HOUSE.contain("dev.swath.kernels.vector.Vector" + kernel) || SCALAR_ALWAYS.contains(kernel),
                    kernel + " has no vector form");
        }
    }

    private static Stream<JavaClass> ops() {
        return HOUSE.stream()
                .filter(c -> c.getPackageName().equals("dev.swath.autograd.ops"))
                .filter(c -> c.isTopLevelClass() && c.getModifiers().contains(JavaModifier.PUBLIC));
    }

    /** {@code LayerNorm} is described in {@code layer_norm.md}. */
    private static String pageOf(String op) {
        String name = op.equals("MatMul") ? "matmul" : op.replaceAll("(?<=[a-z])(?=[A-Z])", "_");
        return name.toLowerCase(java.util.Locale.ROOT) + ".md";
    }
}
