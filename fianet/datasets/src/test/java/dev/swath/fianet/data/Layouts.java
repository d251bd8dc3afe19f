package dev.swath.fianet.data;

import dev.swath.testkit.Golden;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The two miniature data sets of the reference values, unpacked or zipped. */
final class Layouts {
    /** A line as RRSIS-D has it. */
    static final String LINE =
            "{\"split\": \"train\", \"image_id\": 1, \"sent\": \"The large dam\", \"file_name\": \"00001.jpg\","
                    + " \"category_id\": 8, \"category_name\": \"dam\", \"ann_id\": 1, \"bbox\": [0, 0, 1, 8], \"segmentation\":"
                    + " [{\"size\": [9, 4], \"counts\": \"01S1\"}], \"area\": 3696293}\n";

    /** A line with an outline. */
    static final String OUTLINE =
            "{\"sent\": \"The dam\", \"file_name\": \"00001.jpg\", \"height\": 9, \"width\": 4, \"segmentation\":"
                    + " [[1, 0, 2, 0, 2, 9, 1, 9]]}\n";

    private static final List<String> REFSEGRS = List.of(
            "output_phrase_train.txt",
            "output_phrase_val.txt",
            "output_phrase_test.txt",
            "images/17_3.tif",
            "images/17_4.tif",
            "images/18_0.tif",
            "images/19_7.tif",
            "masks/17_3.tif",
            "masks/17_4.tif",
            "masks/18_0.tif",
            "masks/19_7.tif");

    private static final List<String> RRSISD = List.of(
            "rrsisd/refs(unc).p",
            "rrsisd/instances.json",
            "images/rrsisd/JPEGImages/00001.jpg",
            "images/rrsisd/JPEGImages/00002.jpg",
            "images/rrsisd/JPEGImages/00003.jpg",
            "images/rrsisd/JPEGImages/00004.jpg");

    private Layouts() {}

    static Path refSegRs(Path folder) throws IOException {
        return copy("dataset_refsegrs", REFSEGRS, folder);
    }

    static Path rrsisD(Path folder) throws IOException {
        return copy("dataset_rrsisd", RRSISD, folder);
    }

    private static Path copy(String golden, List<String> names, Path folder) throws IOException {
        for (String name : names) {
            Path target = folder.resolve(name);
            Files.createDirectories(target.getParent());
            Files.write(target, Golden.resource(golden, "root/" + name));
        }
        return folder;
    }

    /** A zip file of a folder, each entry's name begun by {@code prefix}. */
    static Path zip(Path folder, Path file, String prefix) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out);
                Stream<Path> all = Files.walk(folder)) {
            for (Path p : all.filter(Files::isRegularFile).sorted().toList()) {
                zip.putNextEntry(
                        new ZipEntry(prefix + folder.relativize(p).toString().replace('\\', '/')));
                zip.write(Files.readAllBytes(p));
                zip.closeEntry();
            }
        }
        return file;
    }

    /** Replaces a piece of a text file, which must hold it. */
    static void edit(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        if (!text.contains(from)) {
            throw new IllegalArgumentException(file + " does not hold " + from);
        }
        Files.writeString(file, text.replace(from, to));
    }
}
