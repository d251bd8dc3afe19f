package dev.swath.fianet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.fianet.TinyModel;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Safetensors;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints that cannot be used: one sentence with the file and the rule, exit code 1, and nothing written. */
class BadWeightsTest {
    @TempDir
    Path folder;

    /** What a file of ours carries, which the tensors do not tell. */
    private static final Map<String, String> SETTINGS =
            Map.of("swath_config", "{\"image_size\": 96, \"bert\": {\"heads\": 1}}");

    private Path image;
    private Path vocab;

    @BeforeEach
    void files() throws IOException {
        image = folder.resolve("a.png");
        ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
        vocab = Files.write(folder.resolve("words.txt"), TinyModel.PIECES);
    }

    private void refused(Path weights, Object... rules) {
        List<Object> parts = new ArrayList<>(List.of(rules));
        parts.add(weights);
        Cli.run(
                        "segment",
                        "--image",
                        image,
                        "--text",
                        "the ship",
                        "--weights",
                        weights,
                        "--vocab",
                        vocab,
                        "--out",
                        folder.resolve("out"))
                .refused(1, parts.toArray());
    }

    @AfterEach
    void nothingIsWritten() throws IOException {
        Path out = folder.resolve("out");
        try (Stream<Path> files = Files.exists(out) ? Files.list(out) : Stream.empty()) {
            assertEquals(0, files.count(), "files are left in " + out);
        }
    }

    private static byte[] ascii(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }

    private Path zip(String entry, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            out.putNextEntry(new ZipEntry(entry));
            out.write(content);
            out.closeEntry();
        }
        return Files.write(folder.resolve("bad.pth"), bytes.toByteArray());
    }

    private Path safetensors(long length, String header, int data) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(8 + header.length() + data).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(length).put(ascii(header));
        return Files.write(folder.resolve("bad.safetensors"), b.array());
    }

    /** The tiny model's weights whose names pass, as one file. */
    private Path part(Predicate<String> names) {
        StateDict all = TinyModel.weights();
        StateDict out = new StateDict();
        all.names().stream().filter(names).forEach(n -> out.put(n, all.entry(n)));
        Path file = folder.resolve("part.safetensors");
        Safetensors.write(file, out, SETTINGS);
        return file;
    }

    @Test
    void missingEmptyOrNoCheckpoint() throws IOException {
        refused(folder.resolve("missing.pth"), "does not exist");
        refused(Files.createFile(folder.resolve("empty.pth")), "empty");
        refused(Files.writeString(folder.resolve("text.pth"), "hello, this is no checkpoint"), "this is a text file");
        refused(Files.createDirectory(folder.resolve("nothing")), "neither model.safetensors nor pytorch_model.bin");
    }

    @Test
    void cutOffPth() throws IOException {
        byte[] whole = Files.readAllBytes(zip("archive/data.pkl", new byte[5000]));
        for (int n = 1; n < whole.length; n += whole.length / 9) {
            refused(Files.write(folder.resolve("cut.pth"), Arrays.copyOf(whole, n)));
        }
    }

    @ParameterizedTest
    @CsvSource({"os,system", "posix,system", "builtins,eval", "subprocess,Popen", "torch.hub,load", "numpy,ndarray"})
    void aPickleThatCallsSomethingElse(String module, String name) throws IOException {
        Path marker = folder.resolve("ran");
        refused(
                zip("archive/data.pkl", ascii("c" + module + "\n" + name + "\n(S'touch " + marker + "'\ntR.")),
                "'" + module + "." + name + "'",
                "nothing was run");
        assertFalse(Files.exists(marker));
    }

    @Test
    void archivesThatLie() throws IOException {
        refused(zip("../data.pkl", ascii("N.")), "'../data.pkl' leaves the archive");
        refused(zip("/etc/data.pkl", ascii("N.")), "leaves the archive");
        Path bomb = zip("archive/data.pkl", new byte[1 << 20]);
        byte[] bytes = Files.readAllBytes(bomb);
        for (int i = 0; i < bytes.length - 4; i++) {
            if (bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] == 1 && bytes[i + 3] == 2) {
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(i + 24, 0x7fffffff);
            }
        }
        refused(Files.write(bomb, bytes), "claims 2147483647 bytes");
        // An honest directory over zeros that unpack a thousandfold: a pickle has a cap of its own.
        refused(zip("archive/data.pkl", new byte[300 << 20]), "claims 314572800 bytes where at most");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | 12 | no overlap",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,80]}} | 8 | cut off: entry",
                "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | 8 | negative",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}} | 8 | outside",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 8 | occurs twice",
            })
    void headersThatLie(String header, int data, String rule) throws IOException {
        refused(safetensors(header.length(), header.replace('\'', '"'), data), rule);
    }

    @Test
    void absurdHeaders() throws IOException {
        refused(safetensors(Long.MIN_VALUE, "{}", 0), "9223372036854775808");
        String deep = "{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        refused(safetensors(deep.length(), deep, 0), "nested at most 64 deep");
    }

    @Test
    void weightsOfSomethingElseAreNamed() {
        refused(part(n -> n.startsWith("backbone.")), "only a Swin backbone", "but a whole FIANet", "is needed here");
        StateDict bert = TinyModel.weights().under("text_encoder.");
        Path file = folder.resolve("bert.safetensors");
        Safetensors.write(file, bert, Map.of());
        refused(file, "only a BERT text encoder");
        Safetensors.write(file, new StateDict().put("x", Tensor.zeros(2)), Map.of());
        refused(file, "not known here");
    }

    @Test
    void aNetworkThatIsNotHereIsCalledByItsName() {
        StateDict names = new StateDict();
        for (String name : List.of("backbone.layers.0.fusion.f.weight", "classifier.a", "text_encoder.b")) {
            names.put(name, Tensor.zeros(1));
        }
        names.put("backbone.VMSF.0.norm.weight", Tensor.zeros(1));
        Path file = folder.resolve("other.safetensors");
        Safetensors.write(file, names, Map.of());
        refused(file, file + " is a DiCoR checkpoint; this version reads FIANet");
        String shown = Cli.run("weights", "show", file).done().err();
        assertTrue(shown.contains("holds a DiCoR checkpoint: 4 tensors"), shown);
    }

    @Test
    void weightsThatDoNotFitAreListed() throws IOException {
        refused(
                part(n -> !n.equals("classifier.conv1_1.bias") && !n.equals("backbone.norm2.weight")),
                "2 missing: backbone.norm2.weight, classifier.conv1_1.bias");
        Path extra = TinyModel.write(folder.resolve("extra"));
        StateDict more = Safetensors.open(extra.resolve("model.safetensors")).tensors();
        more.put("backbone.extra", Tensor.zeros(1));
        Safetensors.write(folder.resolve("more.safetensors"), more, SETTINGS);
        refused(folder.resolve("more.safetensors"), "1 unexpected: backbone.extra");
        StateDict wrong = new StateDict();
        more.names().stream().filter(n -> !n.equals("backbone.extra")).forEach(n -> {
            if (n.equals("backbone.norm3.bias")) {
                wrong.put(n, Tensor.zeros(7));
            } else {
                wrong.put(n, more.entry(n));
            }
        });
        Safetensors.write(folder.resolve("wrong.safetensors"), wrong, SETTINGS);
        refused(
                folder.resolve("wrong.safetensors"),
                "1 of another shape: backbone.norm3.bias (model [128], checkpoint [7])");
    }

    @Test
    void valuesThatAreNoNumbersAndAVocabularyOfAnotherSize() throws IOException {
        Path nan = TinyModel.write(folder.resolve("nan"), (name, value) -> {
            if (name.equals("classifier.conv1_1.bias")) {
                value.set(Double.NaN, 0);
            }
        });
        refused(nan, "'classifier.conv1_1.bias' holds values that are infinite or not numbers");
        Path good = TinyModel.write(folder.resolve("good"));
        Files.write(vocab, TinyModel.PIECES.subList(0, 9));
        refused(good, vocab, "9 pieces", "13 rows");
        Files.write(vocab, List.of("a", "b"));
        Cli.run("segment", "--image", image, "--text", "ship", "--weights", good, "--vocab", vocab)
                .refused(1, vocab, "[UNK]");
    }

    @Test
    void settingsThatAreNone() throws IOException {
        Path model = TinyModel.write(folder.resolve("settings"));
        for (String settings :
                List.of("{", "[]", "{\"image_size\": \"big\"}", "{\"image_size\": 0}", "{\"text_heads\": 5}")) {
            Files.writeString(model.resolve("config.json"), settings);
            refused(model, model.resolve("config.json"));
        }
    }

    /** Every key is bounded, and must agree with the weights, before a module is built. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"swin\": {\"depths\": [2, 2, 100000, 2]} | 'swin.depths' must lie in [0, 256]; got 100000",
                "\"swin\": {\"depths\": [2, 2, 200, 2]} | 'swin.depths' is [2, 2, 200, 2], but the weights in",
                "\"swin\": {\"depths\": [2, 2, 2, 2, 2, 2, 2, 2, 2]} | 'swin.depths' may have at most 8 entries; got 9",
                "\"tmem_blocks\": 100000 | 'tmem_blocks' must lie in [0, 64]; got 100000",
                "\"tmem_blocks\": 60 | 'tmem_blocks' is 60, but the weights in",
                "\"swin\": {\"window\": 1000} | 'swin.window' must lie in [1, 64]; got 1000",
                "\"swin\": {\"window\": 60} | 'swin.window' is 60, but the weights in",
                "\"swin\": {\"embed_dim\": 4000} | 'swin.embed_dim' is 4000",
                "\"swin\": {\"embed_dim\": 2147483647} | 'swin.embed_dim' must lie in",
                "\"swin\": {\"mlp_ratio\": -1} | 'swin.mlp_ratio' must lie in",
                "\"swin\": {\"drop_path\": 7} | 'swin.drop_path' must lie in",
                "\"bert\": {\"heads\": 1, \"layers\": 9999999999} | 'bert.layers' must lie in",
                "\"bert\": {\"heads\": 1, \"hidden\": 16000} | 'bert.hidden' is 16000",
                "\"bert\": {\"heads\": 1, \"intermediate\": 131072} | 'bert.intermediate' is 131072",
                "\"bert\": {\"heads\": 1, \"vocabulary\": 4000000} | 'bert.vocabulary' is 4000000",
                "\"bert\": {\"heads\": 0} | 'bert.heads' must lie in [1, 1024]; got 0",
                "\"fusion_heads\": [1, 1, 1, 1000000000000] | 'fusion_heads' must lie in",
                "\"image_size\": 100000 | image_size must lie in"
            })
    void settingsThatClaimTooMuch(String key, String rule) throws IOException {
        Path model = TinyModel.write(folder.resolve("settings"));
        String heads = key.contains("\"bert\"") ? "" : ", \"bert\": {\"heads\": 1}";
        String size = key.contains("image_size") ? "" : ", \"image_size\": 96";
        Files.writeString(model.resolve("config.json"), "{" + key + size + heads + "}");
        refused(model, model.resolve("config.json"), rule);
    }

    @Test
    void convertLeavesNothingBehind() throws IOException {
        Path bad = safetensors(2, "{}", 3);
        Path out = folder.resolve("converted.safetensors");
        Cli.run("weights", "convert", bad, out).refused(1, bad);
        Path file = Files.writeString(folder.resolve("plain"), "x");
        Cli.run("weights", "convert", part(n -> true), file.resolve("a.safetensors"))
                .refused(1, file.resolve("a.safetensors"), "does not exist");
        Cli.run("weights", "convert", part(n -> true), folder.resolve("a.bin")).refused(2, ".safetensors");
        Cli.run("weights", "show", bad).refused(1, bad, "cover 0 data bytes");
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(files.noneMatch(f -> f.toString().endsWith(".tmp") || f.equals(out)));
        }
    }
}
