package dev.swath.fianet.synth;

import dev.swath.fianet.data.DataException;
import dev.swath.fianet.data.Mask;
import dev.swath.fianet.data.RunLength;
import dev.swath.fianet.data.Split;
import dev.swath.fianet.image.RgbImage;
import dev.swath.fianet.text.DatasetVocabulary;
import dev.swath.kernels.Parallelism;
import dev.swath.weights.json.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes scenes in the on-disk layout of RefSegRS or RRSIS-D. Everything goes into a folder of another name beside the
 * target, which is renamed at the end: the target is there whole or not at all. The bytes do not depend on the number of
 * threads.
 *
 * <p>RefSegRS: {@code images/<id>.tif}, {@code masks/<id>.tif} (0 or 255), {@code output_phrase_<split>.txt}. RRSIS-D:
 * {@code rrsisd/refs(unc).p}, {@code rrsisd/instances.json}, {@code images/rrsisd/JPEGImages/<number>.jpg}, with the
 * peculiarities of the published files: {@code categories_id}, boxes by two corners, one compressed run-length mask in a
 * list, ids that are all the same number.
 */
public final class DatasetWriter {
    /** Most triplets: names have five digits. */
    public static final int MAX_COUNT = 99_999;

    private static final float JPEG_QUALITY = 0.95f;

    /** RRSIS-D's category names in the order of their ids. */
    private static final List<String> CATEGORY_NAMES = List.of(
            "Expressway-Service-area",
            "Expressway-toll-station",
            "airplane",
            "airport",
            "baseballfield",
            "basketballcourt",
            "bridge",
            "chimney",
            "dam",
            "golffield",
            "groundtrackfield",
            "harbor",
            "overpass",
            "ship",
            "stadium",
            "storagetank",
            "tenniscourt",
            "trainstation",
            "vehicle",
            "windmill");

    private DatasetWriter() {}

    /**
     * How many of every hundred triplets go to each split; the first go to train, the last to test.
     *
     * @param train for learning
     * @param val for choosing
     * @param test for the final figures
     */
    public record Shares(int train, int val, int test) {
        /** 80, 10, 10. */
        public static final Shares DEFAULT = new Shares(80, 10, 10);

        /** Checks. */
        public Shares {
            if (train < 0 || val < 0 || test < 0 || train + val + test != 100) {
                throw new IllegalArgumentException("[synth] the shares of train, val and test must add up to 100; got "
                        + train + ", " + val + ", " + test);
            }
        }

        /** The split of triplet {@code i} of {@code count}. */
        public Split of(int i, int count) {
            long hundredths = 100L * i / count;
            return hundredths < train ? Split.TRAIN : hundredths < train + val ? Split.VAL : Split.TEST;
        }
    }

    /**
     * Writes {@code count} triplets into {@code target}, which must not exist or be an empty folder.
     *
     * @param done is told how many are ready, after each one, by any thread
     */
    public static void write(
            SyntheticScenes scenes, int count, Shares shares, Path target, Parallelism threads, IntConsumer done) {
        if (count < 1 || count > MAX_COUNT) {
            throw new DataException(
                    "[synth] the count must be from 1 to " + MAX_COUNT + ", as names have five digits; got " + count);
        }
        Path folder = target.toAbsolutePath().normalize();
        Path parent = folder.getParent();
        if (parent == null) {
            throw new DataException(
                    "[synth] a data set cannot be written to the root folder; choose another with --out");
        }
        try {
            if (Files.exists(folder) && (!Files.isDirectory(folder) || !isEmpty(folder))) {
                throw new DataException(
                        "[synth] " + target + " exists and is not an empty folder; choose another with --out");
            }
            Files.createDirectories(parent);
            Path work = Files.createTempDirectory(parent, "." + folder.getFileName() + ".");
            boolean moved = false;
            try {
                boolean street = scenes.format() == DatasetVocabulary.REFSEGRS;
                String[] entries = new String[count];
                List<Map<String, Object>> refs = new ArrayList<>();
                List<Map<String, Object>> annotations = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    refs.add(Map.of());
                    annotations.add(Map.of());
                }
                Path images = work.resolve(street ? "images" : "images/rrsisd/JPEGImages");
                Path other = work.resolve(street ? "masks" : "rrsisd");
                Files.createDirectories(images);
                Files.createDirectories(other);
                AtomicInteger ready = new AtomicInteger();
                threads.forEach(count, i -> {
                    SyntheticScenes.Triplet t = scenes.triplet(i);
                    try {
                        if (street) {
                            write(images.resolve(i + ".tif"), "tiff", picture(t.image()));
                            write(other.resolve(i + ".tif"), "tiff", gray(t.mask()));
                            entries[i] = i + " " + t.sentence() + "\n";
                        } else {
                            String file = String.format(Locale.ROOT, "%05d.jpg", i);
                            write(images.resolve(file), "jpeg", picture(t.image()));
                            refs.set(i, reference(i, file, t, shares.of(i, count)));
                            annotations.set(i, annotation(i, t));
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    done.accept(ready.incrementAndGet());
                });
                if (street) {
                    phrases(work, entries, shares);
                } else {
                    Files.write(other.resolve("refs(unc).p"), Pickler.write(refs));
                    Files.writeString(
                            other.resolve("instances.json"), Json.write(instances(scenes.size(), annotations), false));
                }
                work.toFile().setReadable(true, false);
                work.toFile().setExecutable(true, false);
                Files.move(work, folder, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                moved = true;
            } finally {
                if (!moved) {
                    delete(work);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw new DataException(
                    "[synth] " + target + " could not be written: "
                            + e.getClass().getSimpleName() + " " + e.getMessage(),
                    e);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var list = Files.list(folder)) {
            return list.findAny().isEmpty();
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure) throws IOException {
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void phrases(Path work, String[] lines, Shares shares) throws IOException {
        for (Split split : Split.values()) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < lines.length; i++) {
                if (shares.of(i, lines.length) == split) {
                    text.append(lines[i]);
                }
            }
            Files.writeString(work.resolve("output_phrase_" + split.key() + ".txt"), text, StandardCharsets.UTF_8);
        }
    }

    private static Map<String, Object> reference(int i, String file, SyntheticScenes.Triplet t, Split split) {
        Map<String, Object> sentence = new LinkedHashMap<>();
        sentence.put("tokens", List.of(t.sentence().split(" ")));
        sentence.put("raw", t.sentence());
        sentence.put("sent_id", i);
        sentence.put("sent", t.sentence());
        Map<String, Object> ref = new LinkedHashMap<>();
        ref.put("image_id", i);
        ref.put("split", split.key());
        ref.put("sentences", List.of(sentence));
        ref.put("file_name", file);
        ref.put("category_id", categoryId(t.category()));
        ref.put("ann_id", i);
        ref.put("sent_ids", List.of(i));
        ref.put("ref_id", i);
        return ref;
    }

    /** The published names are run together or hyphenated; sentences spell them with spaces. */
    private static int categoryId(String category) {
        String plain = category.replace(" ", "");
        for (int id = 0; id < CATEGORY_NAMES.size(); id++) {
            if (CATEGORY_NAMES.get(id).replace("-", "").equalsIgnoreCase(plain)) {
                return id;
            }
        }
        throw new IllegalArgumentException("[synth] a category must be one of RRSIS-D's; got " + category);
    }

    private static Map<String, Object> annotation(int i, SyntheticScenes.Triplet t) {
        Mask mask = t.mask();
        Map<String, Object> rle = new LinkedHashMap<>();
        rle.put("size", List.of(mask.height(), mask.width()));
        rle.put("counts", RunLength.encode(mask));
        Map<String, Object> a = new LinkedHashMap<>();
        a.put("bbox", corners(mask));
        a.put("categories_id", categoryId(t.category()));
        a.put("id", i);
        a.put("image_id", i);
        a.put("segmentation", List.of(rle));
        a.put("area", mask.area());
        return a;
    }

    private static List<Integer> corners(Mask mask) {
        int left = mask.width();
        int top = mask.height();
        int right = -1;
        int bottom = -1;
        for (int at = 0; at < mask.values().length; at++) {
            if (mask.values()[at] != 0) {
                left = Math.min(left, at % mask.width());
                right = Math.max(right, at % mask.width());
                top = Math.min(top, at / mask.width());
                bottom = Math.max(bottom, at / mask.width());
            }
        }
        return List.of(left, top, right, bottom);
    }

    private static Map<String, Object> instances(int size, List<Map<String, Object>> annotations) {
        List<Object> images = new ArrayList<>();
        for (int i = 0; i < annotations.size(); i++) {
            Map<String, Object> image = new LinkedHashMap<>();
            image.put("file_name", String.format(Locale.ROOT, "%05d.jpg", i));
            image.put("height", size);
            image.put("width", size);
            image.put("id", i);
            images.add(image);
        }
        List<Object> categories = new ArrayList<>();
        for (int id = 0; id < CATEGORY_NAMES.size(); id++) {
            Map<String, Object> category = new LinkedHashMap<>();
            category.put("name", CATEGORY_NAMES.get(id));
            category.put("id", id);
            categories.add(category);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("images", images);
        all.put("annotations", annotations);
        all.put("categories", categories);
        return all;
    }

    private static BufferedImage picture(RgbImage image) {
        BufferedImage out = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        int[] line = new int[image.width()];
        for (int y = 0, at = 0; y < image.height(); y++) {
            for (int x = 0; x < line.length; x++, at += 3) {
                line[x] =
                        (image.rgb()[at] & 0xff) << 16 | (image.rgb()[at + 1] & 0xff) << 8 | image.rgb()[at + 2] & 0xff;
            }
            out.setRGB(0, y, line.length, 1, line, 0, line.length);
        }
        return out;
    }

    private static BufferedImage gray(Mask mask) {
        BufferedImage out = new BufferedImage(mask.width(), mask.height(), BufferedImage.TYPE_BYTE_GRAY);
        byte[] values = new byte[mask.values().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (mask.values()[i] == 0 ? 0 : 255);
        }
        out.getRaster().setDataElements(0, 0, mask.width(), mask.height(), values);
        return out;
    }

    private static void write(Path file, String format, BufferedImage image) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(out);
            ImageWriteParam how = writer.getDefaultWriteParam();
            how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            if (format.equals("jpeg")) {
                how.setCompressionQuality(JPEG_QUALITY);
            } else {
                how.setCompressionType("LZW");
            }
            writer.write(null, new IIOImage(image, null, null), how);
        } finally {
            writer.dispose();
        }
    }
}
