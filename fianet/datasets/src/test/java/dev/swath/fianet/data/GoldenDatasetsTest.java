package dev.swath.fianet.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.swath.files.json.Json;
import dev.swath.tensor.Tensor;
import dev.swath.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenDatasetsTest {
    private static byte[] bytes(Tensor t) {
        long[] values = t.toLongArray();
        byte[] out = new byte[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) values[i];
        }
        return out;
    }

    private static void checkRefSegRs(Path path) {
        Golden g = Golden.of("dataset_refsegrs");
        for (Split split : Split.values()) {
            List<Map<String, Object>> want = new ArrayList<>();
            for (Object o : Json.asList(g.description().get("samples"), "samples")) {
                Map<String, Object> s = Json.asObject(o, "sample");
                if (split.key().equals(s.get("split"))) {
                    want.add(s);
                }
            }
            try (RefSegRs data = RefSegRs.open(path, split)) {
                assertEquals(want.size(), data.size());
                for (int i = 0; i < want.size(); i++) {
                    Sample sample = data.read(i);
                    String id = String.valueOf(want.get(i).get("image"));
                    assertEquals(id, sample.id());
                    assertEquals(want.get(i).get("text"), sample.sentence());
                    Tensor rgb = g.tensor("out/" + id + "/rgb");
                    assertEquals(rgb.dim(1), sample.image().width());
                    assertArrayEquals(bytes(rgb), sample.image().rgb());
                    assertArrayEquals(
                            bytes(g.tensor("out/" + id + "/target")),
                            sample.mask().values());
                }
            }
        }
    }

    @Test
    void refSegRsIsReadFromAFolderAndFromZips(@TempDir Path folder) throws IOException {
        Path root = Layouts.refSegRs(Files.createDirectory(folder.resolve("plain")));
        checkRefSegRs(root);
        checkRefSegRs(Layouts.zip(root, folder.resolve("flat.zip"), ""));
        checkRefSegRs(Layouts.zip(root, folder.resolve("nested.zip"), "RefSegRS/"));
        Path parent = Files.createDirectory(folder.resolve("parent"));
        Files.move(root, parent.resolve("RefSegRS"));
        checkRefSegRs(parent);
    }

    @Test
    void refSegRsNamesItsClasses(@TempDir Path folder) throws IOException {
        try (RefSegRs data = RefSegRs.open(Layouts.refSegRs(folder), Split.TEST)) {
            assertEquals("van", data.category(0));
            assertEquals("low vegetation", data.category(1));
        }
    }

    private static void checkRrsisD(Path path) {
        Golden g = Golden.of("dataset_rrsisd");
        Map<String, Object> splits = Json.asObject(g.description().get("splits"), "splits");
        Map<Long, Map<String, Object>> refs = new HashMap<>();
        for (Object o : Json.asList(g.description().get("refs"), "refs")) {
            Map<String, Object> ref = Json.asObject(o, "ref");
            refs.put(Json.asLong(ref.get("ref_id"), "ref_id"), ref);
        }
        Map<Long, String> categories =
                Map.of(19L, "vehicle", 7L, "ground track field", 3L, "golf field", 18L, "bridge");
        for (Split split : Split.values()) {
            List<Object> want = Json.asList(splits.get(split.key()), split.key());
            try (RrsisD data = RrsisD.open(path, split)) {
                assertEquals(want.size(), data.size());
                for (int i = 0; i < want.size(); i++) {
                    Map<String, Object> ref = refs.get(Json.asLong(want.get(i), "id"));
                    Map<String, Object> sentence = Json.asObject(
                            Json.asList(ref.get("sentences"), "sentences").getFirst(), "sentence");
                    Sample sample = data.read(i);
                    assertEquals(ref.get("file_name") + "#" + ref.get("ref_id"), sample.id());
                    assertEquals(sentence.get("raw"), sample.sentence());
                    assertEquals(categories.get(Json.asLong(ref.get("category_id"), "id")), sample.category());
                    Tensor mask = g.tensor("out/mask_" + ref.get("ann_id"));
                    assertEquals(mask.dim(0), sample.mask().height());
                    assertArrayEquals(bytes(mask), sample.mask().values());
                }
            }
        }
    }

    @Test
    void rrsisDIsReadFromAFolderAndFromZips(@TempDir Path folder) throws IOException {
        Path root = Layouts.rrsisD(Files.createDirectory(folder.resolve("plain")));
        checkRrsisD(root);
        checkRrsisD(Layouts.zip(root, folder.resolve("flat.zip"), ""));
        checkRrsisD(Layouts.zip(root, folder.resolve("nested.zip"), "RRSIS-D/data/"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4})
    void otherPickleProtocolsSayTheSame(int protocol, @TempDir Path folder) throws IOException {
        Path root = Layouts.rrsisD(folder);
        Files.write(
                root.resolve(Refs.NAME),
                Golden.resource("dataset_rrsisd", "root/rrsisd/refs(unc).protocol" + protocol + ".p"));
        checkRrsisD(root);
    }

    @Test
    void theMisspeltCategoryKeyOfThePublishedFileIsRead(@TempDir Path folder) throws IOException {
        Path root = Layouts.rrsisD(folder);
        Layouts.edit(root.resolve(Instances.NAME), "category_id", "categories_id");
        Layouts.edit(root.resolve(Instances.NAME), "\"ground track field\"", "\"groundtrackfield\"");
        checkRrsisD(root);
    }

    @ParameterizedTest
    @EnumSource(Split.class)
    void fingerprintsTellSplitsAndSentencesApart(Split split, @TempDir Path folder) throws IOException {
        Path root = Layouts.refSegRs(folder);
        String before = fingerprint(root, split);
        assertEquals(64, before.length());
        assertEquals(before, fingerprint(root, split));
        for (Split other : Split.values()) {
            if (other != split) {
                assertNotEquals(before, fingerprint(root, other));
            }
        }
        Path list = root.resolve(PhraseFile.name(split));
        Files.writeString(list, Files.readString(list).replaceFirst(" ", " small "));
        assertNotEquals(before, fingerprint(root, split));
    }

    private static String fingerprint(Path root, Split split) {
        try (RefSegRs data = RefSegRs.open(root, split)) {
            return data.fingerprint();
        }
    }

    @Test
    void runLengthsAreThoseOfTheReference() {
        Golden g = Golden.of("mask_rle");
        int checked = 0;
        for (Object o : Json.asList(g.description().get("rows"), "rows")) {
            Map<String, Object> row = Json.asObject(o, "row");
            List<Object> size = Json.asList(row.get("size"), "size");
            int height = Json.asInt(size.get(0), "height");
            int width = Json.asInt(size.get(1), "width");
            byte[] want = bytes(g.tensor("out/" + row.get("key")));
            Object text = Map.of("size", size, "counts", row.get("counts_text"));
            assertArrayEquals(
                    want, Segmentation.decode(List.of(text), height, width).values());
            if (row.get("counts") != null) {
                Object plain = Map.of("size", size, "counts", row.get("counts"));
                assertArrayEquals(
                        want, Segmentation.decode(plain, height, width).values());
            }
            checked++;
        }
        assertEquals(6, checked);
    }
}
