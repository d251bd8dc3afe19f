package dev.swath.fianet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The commands that the README and the pages print, in blocks and within sentences. */
final class Documented {
    static final Path HOME = Path.of("../..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("```[a-z]*\\R(.*?)```", Pattern.DOTALL);
    private static final Pattern INLINE = Pattern.compile("`((?:\\./)?swath [^`]+)`");
    private static final Map<String, String> PLACEHOLDERS =
            Map.of("COMMAND", "segment", "NAME", "rrsisd", "N", "7", "PX", "128", "TYPE", "f16");

    private Documented() {}

    /** The README, and every page under docs in the order of their names. */
    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(HOME.resolve("README.md")));
        try (Stream<Path> docs = Files.walk(HOME.resolve("docs"))) {
            docs.filter(p -> p.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    /** Those of a page, in its order, blocks first. */
    static List<String> commands(Path file) throws IOException {
        String page = Files.readString(file);
        List<String> out = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(page);
        while (blocks.find()) {
            blocks.group(1)
                    .replaceAll("\\\\\\R\\s*", "")
                    .lines()
                    .filter(l -> l.startsWith("./swath ") || l.startsWith("swath "))
                    .map(l -> l.replaceFirst("\\s{2,}[^-].*", ""))
                    .forEach(out::add);
        }
        Matcher inline = INLINE.matcher(BLOCK.matcher(page).replaceAll(""));
        while (inline.find()) {
            out.add(inline.group(1).replaceAll("\\s+", " "));
        }
        return out;
    }

    /** Without what stands for something: brackets of what may be left out, dots, the second of two alternatives. */
    static String[] words(String command) {
        String line = command.replaceFirst("^(\\./)?swath ", "")
                .replaceAll(" *\\\\?[>|] .*", "")
                .replaceAll("\"\\.\\.\\.\"", "x")
                .replaceAll("(--(?:[a-z]+-mask|input-ids|init-[a-z]+)) \\.\\.\\.", "$1 1")
                .replaceAll("(^| )\\.\\.\\.(?= |$)", "")
                .replaceAll("[\\[\\]]", "")
                .replaceAll("\\\\?\\|\\S+", "");
        return Stream.of(Shell.words(line))
                .map(w -> PLACEHOLDERS.getOrDefault(w, w))
                .toArray(String[]::new);
    }
}
