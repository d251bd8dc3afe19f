package dev.swath.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The list of artifacts that users import names all of them, and each says of itself what a repository asks. */
class PomsTest {
    private static final Element ROOT = pom("");
    private static final Element BOM = pom("fianet/bom");

    private static Element pom(String folder) {
        Path file = Artifact.HOME.resolve(folder).resolve("pom.xml");
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(file.toFile())
                    .getDocumentElement();
        } catch (Exception e) {
            throw new IllegalStateException(file.toString(), e);
        }
    }

    private static Stream<Element> children(Element of, String name) {
        NodeList all = of.getChildNodes();
        return IntStream.range(0, all.getLength())
                .mapToObj(all::item)
                .filter(n -> n.getNodeName().equals(name))
                .map(Element.class::cast);
    }

    private static Element child(Element of, String name) {
        return children(of, name)
                .findFirst()
                .orElseThrow(() -> new AssertionError(of.getNodeName() + " has no " + name));
    }

    private static String text(Element of, String name) {
        return child(of, name).getTextContent().strip().replaceAll("\\s+", " ");
    }

    /** Artifacts of ours whose versions a pom manages, with the version. */
    private static Set<String> managed(Element pom) {
        return children(child(child(pom, "dependencyManagement"), "dependencies"), "dependency")
                .filter(d -> text(d, "groupId").equals("dev.swath"))
                .map(d -> text(d, "artifactId") + " " + text(d, "version"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theListNamesEveryPublishedArtifact() {
        Set<String> published = Artifact.ALL.stream()
                .map(a -> "swath-" + a.name() + " ${project.version}")
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(published, managed(BOM));
        Set<String> root = managed(ROOT);
        root.remove("swath-testkit ${project.version}");
        assertEquals(published, root);
    }

    @ParameterizedTest
    @ValueSource(strings = {"groupId", "version", "url", "inceptionYear", "licenses", "developers", "scm"})
    void theListSaysOfItselfWhatTheParentSays(String name) {
        assertEquals(text(ROOT, name), text(BOM, name));
    }

    @Test
    void everyFolderThatIsBuiltIsPublishedOrOfTheTests() throws Exception {
        Set<String> built = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Artifact.HOME, 3)) {
            for (Path file : files.filter(f -> f.endsWith("pom.xml")).toList()) {
                String folder =
                        Artifact.HOME.relativize(file.getParent()).toString().replace('\\', '/');
                boolean library = children(pom(folder), "packaging").findAny().isEmpty();
                if (library && !List.of("testkit", "bench").contains(folder.replaceFirst("/.*", ""))) {
                    built.add(folder);
                }
            }
        }
        assertEquals(Artifact.ALL.stream().map(Artifact::folder).collect(Collectors.toCollection(TreeSet::new)), built);
    }

    @Test
    void everyArtifactHasItsNameAndADescription() {
        for (Artifact artifact : Artifact.ALL) {
            Element pom = pom(artifact.folder());
            assertEquals("swath-" + artifact.name(), text(pom, "artifactId"));
            assertFalse(text(pom, "name").isEmpty() || text(pom, "description").isEmpty(), artifact.name());
        }
    }
}
