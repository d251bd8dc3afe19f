package dev.swath.fianet.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/** A data set that lies unpacked in a folder. */
final class FolderRoot implements DataRoot {
    private final Path folder;

    FolderRoot(Path folder) {
        this.folder = folder;
    }

    private Path path(String name) {
        return folder.resolve(DataRoot.checked(name, folder));
    }

    @Override
    public Optional<DataRoot> holding(List<String> markers) {
        if (markers.stream().anyMatch(this::exists)) {
            return Optional.of(this);
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(Files::isDirectory)
                    .sorted()
                    .map(FolderRoot::new)
                    .filter(child -> markers.stream().anyMatch(child::exists))
                    .findFirst()
                    .map(child -> child);
        } catch (IOException e) {
            throw new DataException("[data] the folder " + folder + " cannot be listed: " + e.getMessage(), e);
        }
    }

    @Override
    public String describe(String name) {
        return folder.resolve(name).toString();
    }

    @Override
    public boolean exists(String name) {
        return Files.isRegularFile(path(name));
    }

    @Override
    public byte[] read(String name, int cap) {
        Path file = path(name);
        try {
            if (!Files.isRegularFile(file)) {
                throw new DataException("[data] the file " + file + " is missing");
            }
            long size = Files.size(file);
            if (size > cap) {
                throw new DataException(
                        "[data] " + file + " has " + size + " bytes where at most " + cap + " make sense");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new DataException(
                    "[data] " + file + " cannot be read: " + e.getClass().getSimpleName(), e);
        }
    }

    @Override
    public ImageInputStream image(String name) throws IOException {
        return new FileImageInputStream(path(name).toFile());
    }

    @Override
    public long seekableLength(String name) throws IOException {
        return Files.size(path(name));
    }

    @Override
    public List<String> list(String name) {
        Path sub = path(name);
        if (!Files.isDirectory(sub)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(sub)) {
            return files.filter(Files::isRegularFile)
                    .map(f -> f.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new DataException("[data] the folder " + sub + " cannot be listed: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {}
}
