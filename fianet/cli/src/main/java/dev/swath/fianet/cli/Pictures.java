package dev.swath.fianet.cli;

import dev.swath.fianet.image.ImageException;
import dev.swath.files.Quoted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** The pictures that {@code --image} names: files, pipes, folders of files, patterns. */
final class Pictures {
    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "tif", "tiff");
    private static final String WILD = "*?[{";

    private Pictures() {}

    /** The files in the order given; those of a folder or pattern in the order of their names. Each value must name one. */
    static List<Path> expand(List<String> given) {
        List<Path> out = new ArrayList<>();
        for (String name : given) {
            if (name.isEmpty()) {
                throw new UsageException("--image must name a file, a folder or a pattern, but is empty");
            }
            List<Path> files = isOne(name) ? List.of(Path.of(name)) : isFolder(name) ? folder(name) : pattern(name);
            if (files.isEmpty()) {
                throw new UsageException("--image " + Quoted.text(name)
                        + (isFolder(name)
                                ? ": the folder holds no file that ends in .png, .jpg, .jpeg, .tif or .tiff"
                                : ": no file fits the pattern"));
            }
            out.addAll(files);
        }
        return out;
    }

    /** Whether the value names a file, or something that should be one, rather than a folder or a pattern. */
    static boolean isOne(String name) {
        return !isFolder(name) && (!isPattern(name) || exists(name));
    }

    private static boolean isFolder(String name) {
        return exists(name) && Files.isDirectory(Path.of(name));
    }

    private static boolean exists(String name) {
        try {
            return Files.exists(Path.of(name));
        } catch (InvalidPathException _) {
            return false; // on Windows a pattern cannot be the name of a file
        }
    }

    private static boolean isPattern(String name) {
        return name.chars().anyMatch(c -> WILD.indexOf(c) >= 0);
    }

    private static List<Path> folder(String name) {
        try (Stream<Path> files = Files.list(Path.of(name))) {
            return files.filter(f -> ENDINGS.contains(ending(f)) && !Files.isDirectory(f))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ImageException("[image] " + Quoted.text(name) + ": the folder cannot be listed");
        }
    }

    /** Files below the last folder without a wild card; {@code **} stands for folders too. */
    private static List<Path> pattern(String name) {
        String at = name.replace('\\', '/');
        int wild = 0;
        while (WILD.indexOf(at.charAt(wild)) < 0) {
            wild++;
        }
        int cut = at.lastIndexOf('/', wild);
        Path root = Path.of(cut < 0 ? "" : cut == 0 ? "/" : at.substring(0, cut));
        String below = at.substring(cut + 1);
        PathMatcher matcher;
        try {
            matcher = FileSystems.getDefault().getPathMatcher("glob:" + below);
        } catch (PatternSyntaxException e) {
            throw new UsageException("--image " + Quoted.text(name) + " is neither a file nor a pattern of file names");
        }
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        int depth = below.contains("**") ? Integer.MAX_VALUE : below.split("/").length;
        try (Stream<Path> files = Files.walk(root, depth)) {
            return files.filter(f -> matcher.matches(root.relativize(f)) && !Files.isDirectory(f))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new ImageException("[image] " + Quoted.path(root) + ": the folder cannot be listed");
        }
    }

    private static String ending(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
