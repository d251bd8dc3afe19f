package dev.swath.weights;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.files.Fuzz;
import dev.swath.files.Mutations;
import dev.swath.tensor.StateDict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each reader of checkpoints by changed files; see {@link Fuzz}. */
class FuzzTest {
    private static final Path GOLDEN = GoldenCheckpointTest.GOLDEN;
    private static final Path CASES = Path.of("src/test/resources/cases");

    private static final List<byte[]> INSTRUCTIONS = List.of(
            Torch.bytes("]q\0"),
            Torch.bytes("h\0h\1h\2"),
            Torch.bytes("\u0094"),
            Torch.bytes("(((("),
            Torch.bytes("K\1K\2\u0086"),
            Torch.bytes("}"),
            Torch.bytes("s"),
            Torch.bytes("u"),
            Torch.bytes("e"),
            Torch.bytes("tR"),
            Torch.bytes(")\u0081"),
            Torch.bytes("}\u0092"),
            Torch.bytes("b"),
            Torch.bytes("tQ"),
            Torch.bytes("\u0093"),
            Torch.bytes("ca\nb\n"),
            Torch.bytes("I99999999999999999999\n"),
            Torch.bytes("V\\U7fffffff\n"),
            Torch.bytes("S'\\x1b'\n"),
            Torch.bytes(Torch.number(Long.MAX_VALUE)),
            Torch.bytes(Torch.number(-1)),
            Torch.bytes(Torch.text("model")),
            Torch.bytes(Torch.text("state_dict")),
            Torch.bytes(Torch.text("\u001b]0;x\u0007\n")),
            Torch.bytes(Torch.text("n".repeat(3000))),
            Torch.bytes(Torch.global("collections", "OrderedDict") + ")R"),
            Torch.bytes(Torch.global("torch._utils", "_rebuild_tensor_v2")),
            Torch.bytes(Torch.global("torch._utils", "_rebuild_tensor_v3")),
            Torch.bytes(Torch.global("torch._tensor", "_rebuild_from_type_v2")),
            Torch.bytes(Torch.global("torch.nn.parameter", "Parameter")),
            Torch.bytes(Torch.global("copy_reg", "_reconstructor")),
            Torch.bytes("}" + Torch.text("_modules") + "}s"),
            Torch.bytes(Torch.global("torch", "FloatStorage")),
            Torch.bytes(Torch.global("torch.storage", "UntypedStorage")),
            Torch.bytes(Torch.global("torch", "bfloat16")),
            Torch.bytes(Torch.doubled(30)),
            Torch.bytes(Torch.CYCLE));

    @TempDir(factory = Fuzz.InMemory.class)
    Path folder;

    private static byte[] golden(String name) throws IOException {
        return Files.readAllBytes(GOLDEN.resolve(name));
    }

    /** Opens it and reads every tensor. */
    private void read(Path file) {
        StateDict tensors = Checkpoint.open(file).tensors();
        for (String name : tensors.names()) {
            tensors.get(name);
        }
    }

    private void run(String name, List<byte[]> seeds, List<byte[]> words) {
        Path file = folder.resolve(name);
        Fuzz fuzz = new Fuzz(name, seeds, words, WeightsException.class).run(Fuzz.file(file, _ -> read(file)));
        assertTrue(fuzz.refused() > 0, name);
    }

    private static List<byte[]> cases(String... names) throws IOException {
        List<byte[]> out = new ArrayList<>();
        for (String name : names) {
            out.add(Files.readAllBytes(CASES.resolve(name)));
        }
        return out;
    }

    @Test
    void torchZip() throws IOException {
        List<byte[]> seeds = cases("numpy_array.pth", "rebuild_from_type_v2.pth", "module_orig_mod.pth");
        seeds.add(golden("checkpoint/training_zip_deflated.pth"));
        run(
                "zip",
                seeds,
                List.of(
                        Torch.bytes("PK\1\2"),
                        Torch.bytes("PK\3\4"),
                        Torch.bytes("PK\5\6"),
                        Torch.bytes("\u00ff\u00ff\u00ff\u00ff"),
                        Torch.bytes("../")));
    }

    @Test
    void torchLegacy() throws IOException {
        List<byte[]> seeds = cases("legacy_protocol4.pth");
        seeds.add(golden("checkpoint/training_legacy.pth"));
        seeds.add(golden("checkpoint/bare_legacy_gamma_beta.bin"));
        run("legacy", seeds, INSTRUCTIONS);
    }

    /** The pickle alone is changed, the archive around it stays sound. */
    @Test
    void pickle() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        List<Torch.Entry> storages = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            storages.add(Torch.Entry.stored("a/data/" + i, new byte[48]));
        }
        for (String name : new String[] {"numpy_array.pth", "defaultdict.pth", "orig_mod.pth", "path_in_args.pth"}) {
            try (ZipFile zip = new ZipFile(CASES.resolve(name).toFile())) {
                ZipEntry pickle = zip.stream()
                        .filter(e -> e.getName().endsWith("data.pkl"))
                        .findFirst()
                        .orElseThrow();
                String program = new String(zip.getInputStream(pickle).readAllBytes(), StandardCharsets.ISO_8859_1);
                // All storages have 12 floats here.
                seeds.add(Torch.bytes(program.replace("K\3tq", "K\u000ctq").replace("K\3t\u0094", "K\u000ct\u0094")));
            }
        }
        Path file = folder.resolve("pickle.pth");
        Fuzz.Target whole = Fuzz.file(file, _ -> read(file));
        Fuzz fuzz = new Fuzz("pickle", seeds, INSTRUCTIONS, WeightsException.class).run(input -> {
            List<Torch.Entry> all = new ArrayList<>(storages);
            all.add(Torch.Entry.stored("a/data.pkl", input));
            whole.read(Torch.archive(all.toArray(Torch.Entry[]::new)));
        });
        assertTrue(fuzz.refused() > 0);
    }

    /** Files that begin as others do: each is called by its name, or refused as what it is not. */
    @Test
    void otherKinds() {
        List<byte[]> seeds = List.of();
        List<byte[]> words = new ArrayList<>();
        for (String begin : new String[] {
            "\u0089HDF\r\n\u001a\n",
            "\u001f\u008b",
            "BZh",
            "7z\u00bc\u00af'\u001c",
            "\u0089PNG",
            "GIF8",
            "%PDF",
            "GGUF",
            "\u0093NUMPY\1\0v\0{'descr': '<f4'}",
            "version https://git-lfs",
            "<!doctype html>",
            "<?xml",
            "{\"a\":",
            "\u0080\2",
            "PK\3\4",
            "\10\7\22\1",
            "MZ",
            "\0\0\0\0\0\0\0\0{",
            "\2\0\0\0\0\0\0\0{}",
            "ustar",
            "L119547037146038801333356L\n"
        }) {
            words.add(Torch.bytes(begin));
        }
        Path file = folder.resolve("kind");
        Fuzz fuzz = new Fuzz("other kinds", seeds, words, WeightsException.class)
                .by((valid, random) -> {
                    byte[] word = words.get(random.nextInt(words.size()));
                    byte[] rest = new byte[random.nextInt(700)];
                    if (random.nextBoolean()) {
                        random.nextBytes(rest);
                    }
                    byte[] out = java.util.Arrays.copyOf(word, word.length + rest.length);
                    System.arraycopy(rest, 0, out, word.length, rest.length);
                    return Mutations.mutate(out, words, random);
                })
                .run(Fuzz.file(file, _ -> read(file)));
        assertTrue(fuzz.refused() > 0);
    }

    @Test
    void safetensors() throws IOException {
        List<byte[]> seeds = cases("scaled_fp8_marker.safetensors");
        seeds.add(golden("safetensors_reader/sample.safetensors"));
        run("safetensors", seeds, List.of());
    }

    /** The header alone is changed, its length stays right. */
    @Test
    void safetensorsHeader() {
        List<byte[]> seeds = List.of(
                Torch.bytes("{\"a\": {\"dtype\": \"F32\", \"shape\": [2, 2], \"data_offsets\": [0, 16]}}"),
                Torch.bytes(
                        "{\"__metadata__\": {\"format\": \"pt\"}, \"module.a\": {\"dtype\": \"BF16\", \"shape\": [8], \"data_offsets\":"
                                + " [0, 16]}, \"b\": {\"dtype\": \"F8_E4M3\", \"shape\": [0], \"data_offsets\": [16, 16]}}"));
        List<byte[]> words = List.of(
                Torch.bytes("9223372036854775807"),
                Torch.bytes("-1"),
                Torch.bytes("[0, 0]"),
                Torch.bytes("[2147483647, 2147483647, 0]"),
                Torch.bytes("\"\\u001b]0;x\\u0007\""),
                Torch.bytes("\"" + "n".repeat(3000) + "\""),
                Torch.bytes("\"I64\""),
                Torch.bytes("\"__metadata__\""));
        Path file = folder.resolve("header.safetensors");
        Fuzz.Target whole = Fuzz.file(file, _ -> read(file));
        Fuzz fuzz = new Fuzz("header", seeds, words, WeightsException.class).run(input -> {
            ByteBuffer b = ByteBuffer.allocate(8 + input.length + 16).order(ByteOrder.LITTLE_ENDIAN);
            whole.read(b.putLong(input.length).put(input).array());
        });
        assertTrue(fuzz.refused() > 0);
    }

    @Test
    void listOfParts() throws IOException {
        byte[] part = golden("safetensors_reader/sample.safetensors");
        Files.write(folder.resolve("a.safetensors"), part);
        List<String> names = List.copyOf(
                Safetensors.open(folder.resolve("a.safetensors")).tensors().names());
        byte[] seed = Torch.bytes("{\"metadata\": {}, \"weight_map\": {\"" + names.get(0) + "\": \"a.safetensors\", \""
                + names.get(1) + "\": \"a.safetensors\"}}");
        Path index = folder.resolve("model.safetensors.index.json");
        List<byte[]> words = List.of(
                Torch.bytes("../"), Torch.bytes("\\u0000"), Torch.bytes("\\u001b"), Torch.bytes("x".repeat(3000)));
        Fuzz fuzz = new Fuzz("index", List.of(seed), words, WeightsException.class)
                .run(Fuzz.file(index, _ -> read(folder)));
        assertTrue(fuzz.refused() > 0);
    }
}
