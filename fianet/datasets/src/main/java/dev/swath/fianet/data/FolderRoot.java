package dev.swath.fianet.data;

import dev.swath.files.FileFaults;
import dev.swath.files.Quoted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/** A data set that lies unpacked in a folder. */
final class FolderRoot implements DataRoot {
    private static final int CHUNK = 1 << 16;

    private final Path folder;

    FolderRoot(Path folder) {
        this.folder = folder;
    }

    private Path path(String name) {
        try {
            return folder.resolve(DataRoot.checked(name, folder));
        } catch (InvalidPathException e) {
            throw new DataException(
                    "[data] " + Quoted.path(folder) + ": '" + Quoted.text(name) + "' cannot be a file's name here", e);
        }
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
            throw new DataException(
                    "[data] the folder " + Quoted.path(folder) + " cannot be listed: " + FileFaults.reason(e), e);
        }
    }

    @Override
    public String describe(String name) {
        return Quoted.path(path(name));
    }

    @Override
    public boolean exists(String name) {
        try {
            return Files.isRegularFile(folder.resolve(DataRoot.checked(name, folder)));
        } catch (InvalidPathException _) {
            return false;
        }
    }

    @Override
    public byte[] read(String name, int cap) {
        Path file = path(name);
        try {
            if (!Files.isRegularFile(file)) {
                throw missing(file);
            }
            long size = Files.size(file);
            if (size > cap) {
                throw new DataException(
                        "[data] " + Quoted.path(file) + " has " + size + " bytes where at most " + cap + " make sense");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    @Override
    public String checksum(String name) {
        Path file = path(name);
        if (!Files.isRegularFile(file)) {
            throw missing(file);
        }
        CRC32 crc = new CRC32();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long length = 0;
        try (FileChannel in = FileChannel.open(file)) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                length += n;
                crc.update(chunk.flip());
                chunk.clear();
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return length + " " + Long.toHexString(crc.getValue());
    }

    private static DataException missing(Path file) {
        return new DataException("[data] the file " + Quoted.path(file) + " is missing");
    }

    private static DataException unreadable(Path file, IOException e) {
        return new DataException("[data] " + Quoted.path(file) + " cannot be read: " + FileFaults.reason(e), e);
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
            throw new DataException(
                    "[data] the folder " + Quoted.path(sub) + " cannot be listed: " + FileFaults.reason(e), e);
        }
    }

    @Override
    public void close() {}
}
