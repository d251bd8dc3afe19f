package dev.swath.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/**
 * Every Java file of the repository is as Palantir's formatter writes it: imports in order and used, no white space at the
 * end of a line, a newline at the end. With {@code -Dswath.format=write} the files are rewritten instead.
 */
class FormatTest {
    private static final Path HOME = Path.of("../..").toAbsolutePath().normalize();
    private static final Path KNOWN = Path.of("target/formatted");
    private static final boolean WRITE = "write".equals(System.getProperty("swath.format"));
    private static final String COMMAND = "mvn -q test -pl testkit/format -Dswath.format=write";

    private static final Formatter FORMATTER = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .build());

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(HOME, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name = folder.getFileName().toString();
                boolean made = name.equals("target") || name.startsWith(".");
                return made && !folder.equals(HOME) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    private static String formatted(String source) throws FormatterException {
        String out = FORMATTER
                .formatSource(RemoveUnusedImports.removeUnusedImports(
                        ImportOrderer.reorderImports(source, JavaFormatterOptions.Style.PALANTIR)))
                .replaceAll("[ \\t]+(?=\\n)", "");
        return out.endsWith("\n") ? out : out + "\n";
    }

    /** Digests of contents that were found formatted: reading a file again takes far longer than reading its digest. */
    private static Set<String> known() throws IOException {
        Set<String> known = ConcurrentHashMap.newKeySet();
        if (Files.exists(KNOWN)) {
            known.addAll(Files.readAllLines(KNOWN));
        }
        return known;
    }

    private static String digest(String source) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(String.valueOf(Formatter.class.getProtectionDomain().getCodeSource())
                    .getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha.digest(source.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the file is as it must be, or has been made so. */
    private static boolean check(Path file, Set<String> known) {
        try {
            String source = Files.readString(file);
            if (known.contains(digest(source))) {
                return true;
            }
            String wanted = formatted(source.replace("\r\n", "\n"));
            if (WRITE && !wanted.equals(source)) {
                Files.writeString(file, wanted);
            }
            if (WRITE || wanted.equals(source)) {
                known.add(digest(wanted));
                return true;
            }
            return false;
        } catch (FormatterException e) {
            throw new IllegalStateException(file + " cannot be read as Java: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyFileIsFormatted() throws IOException {
        List<Path> files = files();
        assertTrue(files.size() > 100, files.size() + " Java files below " + HOME);
        Set<String> known = known();
        List<String> others = files.parallelStream()
                .filter(f -> !check(f, known))
                .map(f -> HOME.relativize(f).toString())
                .sorted()
                .toList();
        Files.write(KNOWN, known);
        assertEquals(List.of(), others, others.size() + " files are not formatted; '" + COMMAND + "' mends them");
    }
}
