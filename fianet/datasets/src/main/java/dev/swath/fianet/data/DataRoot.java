package dev.swath.fianet.data;

import dev.swath.fianet.image.GrayImage;
import dev.swath.fianet.image.ImageException;
import dev.swath.fianet.image.Images;
import dev.swath.fianet.image.RgbImage;
import dev.swath.files.Quoted;
import dev.swath.kernels.Parallelism;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.imageio.stream.ImageInputStream;

/** Where a data set's files lie: a folder or a zip file. Names are relative and use '/'. Thread-safe. */
interface DataRoot extends AutoCloseable {
    /** Most bytes of one image file. */
    int MAX_IMAGE = 1 << 28;

    /** Most bytes of one list or annotation file. */
    int MAX_TEXT = 1 << 30;

    /** Opens a folder or a zip file. */
    static DataRoot open(Path path) {
        if (Files.isDirectory(path)) {
            return new FolderRoot(path);
        }
        if (!Files.exists(path)) {
            throw new DataException(
                    "[data] " + Quoted.path(path) + " does not exist; give the data set's folder or its zip file");
        }
        if (!Files.isRegularFile(path)) {
            throw new DataException("[data] " + Quoted.path(path)
                    + " is a device or a pipe; give the data set's folder or its zip file");
        }
        return ZipRoot.open(path);
    }

    /** Opens a folder or a zip file for what is made of it, which closes it; if nothing can be made, it is closed at once. */
    static <T> T open(Path path, Function<DataRoot, T> maker) {
        DataRoot root = open(path);
        try {
            return maker.apply(root);
        } catch (RuntimeException e) {
            root.close();
            throw e;
        }
    }

    /** The folder of this one, perhaps itself, that holds the first of the given files that is found; the shallowest. */
    Optional<DataRoot> holding(List<String> markers);

    /** What stands for a file in errors. */
    String describe(String name);

    /** Whether the file is there. */
    boolean exists(String name);

    /** All of a file, at most {@code cap} bytes. */
    byte[] read(String name, int cap);

    /** Length and CRC-32 of a file, as text. */
    String checksum(String name);

    /** A fingerprint of those of all these files. */
    default String checksums(List<String> names, Parallelism threads) {
        String[] sums = new String[names.size()];
        threads.forEach(sums.length, i -> sums[i] = checksum(names.get(i))); // each task writes its own place
        Fingerprint all = new Fingerprint();
        for (int i = 0; i < sums.length; i++) {
            all.add(names.get(i)).add(sums[i]);
        }
        return all.hex();
    }

    /** An image file. */
    default RgbImage readImage(String name) {
        try {
            return Images.read(read(name, MAX_IMAGE), describe(name));
        } catch (ImageException e) {
            throw new DataException(e.getMessage(), e);
        }
    }

    /** An image file of one channel, or the luma of its colours. */
    default GrayImage readGray(String name) {
        try {
            return Images.readGray(read(name, MAX_IMAGE), describe(name));
        } catch (ImageException e) {
            throw new DataException(e.getMessage(), e);
        }
    }

    /** The file as a stream for reading an image's header. */
    ImageInputStream image(String name) throws IOException;

    /** Bytes of the file if its end is quickly reached, or -1. */
    long seekableLength(String name) throws IOException;

    /** The names of the files directly in a folder, sorted; empty if there is no such folder. */
    List<String> list(String folder);

    @Override
    void close();

    /** Whether a name leads out of the root or cannot be the name of a file. */
    static boolean leaves(String name) {
        return name.isEmpty()
                || name.startsWith("/")
                || name.indexOf('\\') >= 0
                || name.indexOf(':') >= 0
                || name.indexOf('\0') >= 0
                || List.of(name.split("/", -1)).contains("..");
    }

    /** Refuses names that lead out of the root. */
    static String checked(String name, Path where) {
        if (leaves(name)) {
            throw new DataException("[data] " + Quoted.path(where) + ": the file name '" + Quoted.text(name)
                    + "' leads out of the data set or cannot be one everywhere; it was refused");
        }
        return name;
    }
}
