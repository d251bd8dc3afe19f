package dev.swath.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.files.json.Json;
import dev.swath.tensor.StateDict;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as trainers write them, with the tensors that PyTorch reads from them ({@code expected.json}). */
class CasesTest {
    private static final Path CASES = Path.of("src/test/resources/cases");

    @TempDir
    Path folder;

    private static Map<String, Object> expected() throws IOException {
        return Json.parseObject(Files.readString(CASES.resolve("expected.json")));
    }

    static Stream<String> files() throws IOException {
        return expected().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void theTensorsArePyTorchs(String file) throws Exception {
        Map<String, Object> want = Json.asObject(expected().get(file), file);
        StateDict got = Checkpoint.open(CASES.resolve(file)).tensors();
        assertEquals(new ArrayList<>(want.keySet()), new ArrayList<>(got.names()));
        for (String name : got.names()) {
            Map<String, Object> tensor = Json.asObject(want.get(name), name);
            StateDict.Entry e = got.entry(name);
            assertEquals(tensor.get("dtype"), e.dtype().name(), name);
            assertEquals(
                    tensor.get("shape"),
                    Arrays.stream(e.shape().dims()).asLongStream().boxed().toList(),
                    name);
            assertEquals(tensor.get("sha256"), sha256(e.read().toBytes()), name);
        }
    }

    private static String sha256(MemorySegment bytes) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toArray(ValueLayout.JAVA_BYTE)));
    }

    @ParameterizedTest
    @CsvSource({
        "lfs_pointer.pth, this is a Git LFS pointer",
        "torchscript.pt, this is a TorchScript archive",
    })
    void whatIsNoWeightsIsNamed(String file, String words) {
        String message = assertThrows(WeightsException.class, () -> Checkpoint.open(CASES.resolve(file)))
                .getMessage();
        assertTrue(message.contains(file + ": " + words), message);
    }

    /** A tensor by number or in a list has no name by which it could be asked for; what is lost is said. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{0: t, 'a': t} | 1 tensor was passed over, in a list or under a key that is no text, and so without a name: '0'",
                "{'a': t, 'b': [t, t], 'c': (t, {'d': t})} | 4 tensors were passed over, in a list or under a key that is no text,"
                        + " and so without a name: 'b/[0]', 'b/[1]', 'c/[0]', 'c/[1]/d'",
                "{'state_dict': {'a': t, 1: {'b': t}}} | 1 tensor was passed over, in a list or under a key that is no text, and so"
                        + " without a name: 'state_dict/1/b'",
                "{'a': t, 'optimizer': {'state': {0: t}}, 'x': {'state': {0: t}, 'param_groups': []}, 'cuda_rng_state': [t]} |",
            })
    void tensorsWithoutNames(String python, String note) throws IOException {
        Path file = Files.write(folder.resolve("a.pth"), Torch.pth(pickle(python)));
        Checkpoint checkpoint = Checkpoint.open(file);
        assertEquals(List.of("a"), List.copyOf(checkpoint.tensors().names()));
        assertEquals(note == null ? List.of() : List.of(note), checkpoint.notes());
    }

    /** Where all tensors are such, that is the reason. */
    @Test
    void nothingButTensorsWithoutNames() throws IOException {
        Path file = Files.write(folder.resolve("a.pth"), Torch.pth(pickle("[t, t]")));
        String message = String.valueOf(assertThrows(WeightsException.class, () -> Checkpoint.open(file))
                .getMessage());
        assertTrue(
                message.endsWith("it holds a list without weights; 2 tensors were passed over, in a list or under a key"
                        + " that is no text, and so without a name: '[0]', '[1]'"),
                message);
    }

    /** Instructions that make what a line of Python says, with a new tensor of four values for each t. */
    private static String pickle(String python) {
        StringBuilder out = new StringBuilder();
        for (String word : python.split("(?<=[\\[({\\])},:])\\s*|\\s+|(?=[\\])},:])")) {
            out.append(
                    switch (word) {
                        case "", ",", ":" -> "";
                        case "{" -> "(";
                        case "}" -> "d";
                        case "[", "(" -> "(";
                        case "]" -> "l";
                        case ")" -> "t";
                        case "t" -> Torch.tensor(64, 0, "K\4\u0085", "K\1\u0085");
                        default ->
                            word.startsWith("'")
                                    ? Torch.text(word.substring(1, word.length() - 1))
                                    : "K" + (char) Integer.parseInt(word);
                    });
        }
        return out.toString();
    }

    @Test
    void whatWasPassedOverIsSaid() {
        assertEquals(
                List.of("values of these classes were passed over, and nothing was run: collections.Counter"),
                Checkpoint.open(CASES.resolve("scheduler_counter.pth")).notes());
        assertTrue(Checkpoint.open(CASES.resolve("scaled_fp8_marker.safetensors"))
                .notes()
                .getFirst()
                .contains("F8_E4M3"));
    }

    static Stream<Path> values() throws IOException {
        try (Stream<Path> all = Files.list(CASES.resolve("values"))) {
            return all.filter(f -> f.toString().endsWith(".pth")).sorted().toList().stream();
        }
    }

    /** Every protocol in both forms, every way to rebuild a tensor, with fifty kinds of Python values around the weights. */
    @ParameterizedTest
    @MethodSource("values")
    void whatStandsAroundTheWeightsDoesNotMatter(Path file) {
        StateDict got = Checkpoint.open(file).tensors();
        assertEquals("[a.weight, a.bias]", got.names().toString());
        assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, got.get("a.weight").toFloatArray());
        assertArrayEquals(new float[] {0, 1, 2}, got.get("a.bias").toFloatArray());
    }

    /** What PyTorch's older OrderedDict is pickled as, a list of pairs, with keys that no weights have. */
    @Test
    void orderedMappingsMayHaveAnyKeys() throws IOException {
        for (String key : List.of("K\0", "(K\0K\1t", "N", "G\0\0\0\0\0\0\0\0", ")")) {
            String odd = Torch.global("collections", "OrderedDict") + "(((" + key + Torch.text("x") + "tltR";
            assertEquals(
                    "[a.w]", names("}" + Torch.text("extra") + odd + "s" + Torch.text("model") + weights("a.w") + "s"));
        }
    }

    /** Bits by which PyTorch marks a view without changing its storage; a device's tensor that was brought to the CPU. */
    @Test
    void markedViewsAreNoPlainOnes() throws IOException {
        String view = Torch.global("torch._utils", "_rebuild_tensor_v2") + "("
                + Torch.storage(Torch.global("torch", "FloatStorage"), "0", 64) + "K\0" + Torch.tuple(2)
                + Torch.tuple(1)
                + "\u0089}";
        for (String mark : List.of("neg", "conj")) {
            String marked = view + Torch.dict(mark, "\u0088") + "tR";
            Path file = Files.write(folder.resolve("v.pth"), Torch.pth(Torch.dict("a.w", marked)));
            String message = assertThrows(WeightsException.class, () -> Checkpoint.open(file))
                    .getMessage();
            assertTrue(message.contains("the tensor 'a.w' is a view marked '" + mark + "'"), message);
            assertEquals("[a.w]", names(Torch.dict("a.w", view + Torch.dict(mark, "\u0089") + "tR")));
        }
        String device = Torch.global("torch._utils", "_rebuild_device_tensor_from_cpu_tensor") + "("
                + Torch.tensor(64, 0, Torch.tuple(2), Torch.tuple(1)) + Torch.global("torch", "float32")
                + Torch.text("npu:0") + "\u0089tR";
        assertEquals("[a.w]", names(Torch.dict("a.w", device)));
    }

    private static String weights(String... names) {
        StringBuilder out = new StringBuilder(Torch.global("collections", "OrderedDict") + ")R");
        for (String name : names) {
            out.append(Torch.text(name))
                    .append(Torch.tensor(64, 0, Torch.tuple(2), Torch.tuple(1)))
                    .append('s');
        }
        return out.toString();
    }

    private String names(String program) throws IOException {
        Path file = Files.write(folder.resolve("a.pth"), Torch.pth(program));
        return Checkpoint.open(file).tensors().names().toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state_dict",
                "model",
                "model_state_dict",
                "model_state",
                "net",
                "network",
                "module",
                "weights",
                "params",
                "ema",
                "model_ema",
                "state_dict_ema",
                "params_ema",
                "generator",
                "student",
                "encoder",
                "state",
                "checkpoint",
                "mine"
            })
    void keysOfTrainersAreKnown(String key) throws IOException {
        String optimizer = "}" + Torch.text("param_groups") + "]s" + Torch.text("state") + "}K\0"
                + Torch.dict("exp_avg", Torch.tensor(64, 0, Torch.tuple(2), Torch.tuple(1))) + "ss";
        String rest = Torch.text("epoch") + "K\3s" + Torch.text("optimizer") + optimizer + "s";
        assertEquals("[a.w]", names("}" + rest + Torch.text(key) + weights("a.w") + "s"));
        assertEquals("[a.w]", names("}" + Torch.text("run") + "}" + rest + Torch.text(key) + weights("a.w") + "ss"));
        assertEquals("[a.w]", names("}" + Torch.text("model") + Torch.dict("state_dict", weights("a.w")) + "s"));
    }

    @ParameterizedTest
    @CsvSource({
        "module.a.w module.b, '[a.w, b]'",
        "_orig_mod.a.w _orig_mod.b, '[a.w, b]'",
        "module._orig_mod.a.w module._orig_mod.b, '[a.w, b]'",
        "_orig_mod.module.a.w _orig_mod.module.b, '[a.w, b]'",
        "module.module.a.w module.module.b, '[a.w, b]'",
        "enc._orig_mod.a.w dec.b, '[enc.a.w, dec.b]'",
        "_fsdp_wrapped_module.enc._fsdp_wrapped_module.a.w _fsdp_wrapped_module.b, '[enc.a.w, b]'",
        "_forward_module.a.w _forward_module.b, '[a.w, b]'",
        "_forward_module.module._orig_mod.a.w _forward_module.module._orig_mod.b, '[a.w, b]'",
        "_module.a.w _module.b, '[a.w, b]'",
        "module._module.a.w module._module.b, '[a.w, b]'",
        "_fpw_module.a._fpw_module.w _fpw_module.b, '[a.w, b]'",
        "_module.a.w b, '[_module.a.w, b]'",
        "n_averaged module.a.w, '[n_averaged, a.w]'",
        "module.a.w b, '[module.a.w, b]'",
        "a.module.w a.b, '[a.module.w, a.b]'",
        "_orig_mod.a a, '[_orig_mod.a, a]'"
    })
    void whatWrappersPutInComesOff(String given, String wanted) throws IOException {
        assertEquals(wanted, names("}" + Torch.text("model") + weights(given.split(" ")) + "s"));
    }

    @Test
    void whatCannotBeToldApartIsListed() throws IOException {
        for (String[] one : new String[][] {
            {
                "}" + Torch.text("teacher") + weights("a") + "s" + Torch.text("student") + weights("a") + "s",
                "teacher, student"
            },
            {"}" + Torch.text("epoch") + "K\3s" + Torch.text("lr") + "K\1s", "the keys 'epoch', 'lr'"},
            {"}" + Torch.text("model") + "}s", "the keys 'model'"},
            {"]", "a list without weights"},
            {"N", "it holds None"},
            {Torch.tensor(64, 0, Torch.tuple(2), Torch.tuple(1)), "a single tensor without a name"}
        }) {
            Path file = Files.write(folder.resolve("b.pth"), Torch.pth(one[0]));
            String message = assertThrows(WeightsException.class, () -> Checkpoint.open(file))
                    .getMessage();
            assertTrue(message.contains(one[1]), message);
        }
    }

    /** A whole pickled module: what its state_dict would give, buffers that do not persist left out. */
    @Test
    void aPickledModuleGivesItsStateDict() throws IOException {
        String tensor = Torch.tensor(64, 0, Torch.tuple(2), Torch.tuple(1));
        String child = Torch.global("torch.nn", "Linear") + ")\u0081}" + Torch.text("_parameters")
                + Torch.dict("weight", tensor) + "s" + Torch.text("_buffers") + "}" + Torch.text("kept") + tensor + "s"
                + Torch.text("gone") + tensor + "ss" + Torch.text("_non_persistent_buffers_set") + "]("
                + Torch.text("gone")
                + "es" + Torch.text("_modules") + "}sb";
        String net = Torch.global("train", "Net") + ")\u0081}" + Torch.text("_parameters") + "}s"
                + Torch.text("_buffers") + "}s" + Torch.text("_modules") + Torch.dict("fc", child) + "sb";
        assertEquals("[fc.weight, fc.kept]", names(net));
        assertEquals("[fc.weight, fc.kept]", names(Torch.dict("model", net)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run_2024-05-20T10:30:00",
                "a..b",
                "data",
                "data.pkl",
                "x y",
                "\u00e9\u673a",
                "q'\"",
                ".hidden",
                ""
            })
    void theFolderInsideMayHaveAnyName(String name) throws IOException {
        String program = "\u0080\2" + Torch.dict("model", weights("a.w")) + ".";
        Path file = Files.write(
                folder.resolve("c.pth"),
                Torch.archive(
                        Torch.Entry.stored(name + "/data.pkl", Torch.bytes(program)),
                        Torch.Entry.stored(name + "/data/0", new byte[256]),
                        Torch.Entry.stored(name + "/version", Torch.bytes("3\n"))));
        assertEquals(Set.of("a.w"), Checkpoint.open(file).tensors().names());
    }

    /** Files that are something else, by their first bytes. */
    static Stream<Arguments> others() {
        return Stream.of(
                Arguments.of("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n", "a Git LFS pointer"),
                Arguments.of("/annex/objects/SHA256E-s3--0.pth\n", "a git-annex pointer"),
                Arguments.of("<!DOCTYPE html><html><head></head></html>", "an HTML page"),
                Arguments.of("\n  <HTML><body>403</body></HTML>", "an HTML page"),
                Arguments.of("<?xml version=\"1.0\"?><Error/>", "an XML document"),
                Arguments.of("{\"error\": \"Entry not found\"}", "a JSON text"),
                Arguments.of("[1, 2]", "a JSON text"),
                Arguments.of("[PAD]\n[UNK]\n", "a text file, no weights"),
                Arguments.of("Not found, sorry\n", "a text file"),
                Arguments.of("\u0089HDF\r\n\u001a\n\0\0\0\0", "an HDF5 file"),
                Arguments.of("\u001f\u008b\u0008\0" + "x".repeat(100), "a gzip archive"),
                Arguments.of("BZh91AY&SY", "a bzip2 archive"),
                Arguments.of("\0".repeat(100), "a file of zero bytes"),
                Arguments.of("x\0".repeat(128) + "\0" + "ustar\0" + "\0".repeat(100), "a tar archive"),
                Arguments.of("\u0089PNG\r\n\u001a\n\0\0\0\rIHDR", "a PNG image"),
                Arguments.of("\u00ff\u00d8\u00ff\u00e0\0\u0010JFIF", "a JPEG image"),
                Arguments.of("%PDF-1.7\n%\u00e2\u00e3", "a PDF document"),
                Arguments.of("\u0008\7\u0012\7pytorch\u001a\0", "an ONNX model"),
                Arguments.of("\u001f\u008b\u0008\0short", "a gzip archive"),
                Arguments.of("\u0008\4\u0012\u0040\n\u0010\n\5image\u001a\7", "a Core ML model"),
                Arguments.of("\u0008\1\u0012\u0040\n\u0010\n\5image\u001a\7", "a Core ML model"),
                Arguments.of("\u0008\1\u0012\u0040\n\u0010\u0012\5image\u001a\7", "a TensorFlow SavedModel"),
                Arguments.of("\u0030\0\0\0ET12\0\0\0\0", "an ExecuTorch program"),
                Arguments.of("\u0012\1\0\0\0\0\0\0\0\0\0\0", "an MXNet parameter file"),
                Arguments.of("\0\5\u0016\7\0\2\0\0Mac OS X", "an AppleDouble file"),
                Arguments.of("(dp0\nVw\np1\nI1\ns.", "a Python pickle"),
                Arguments.of("ccopy_reg\n_reconstructor\np0\n.", "a Python pickle"),
                Arguments.of(
                        "{\"metadata\": {}, \"weight_map\": {\"a\": \"b\"}}", "the index of a checkpoint in parts"),
                Arguments.of("\0\0\0\0\2\0\0\0\5\0\0\0\u00e8\u0099", "neither safetensors nor a file of torch.save"),
                Arguments.of("\u0082\u00a6params\u0081\u00a5dense", "neither safetensors nor a file of torch.save"),
                Arguments.of("\u0093NUMPY\1\0v\0", "a NumPy array"),
                Arguments.of("GGUF\3\0\0\0\0\0", "a GGUF file"),
                Arguments.of("\u0080\4\u0095\7\0\0\0\0\0\0\0}\u0094.", "a Python pickle"),
                Arguments.of("\u007fELF\2\1\1\0\0\0", "a program or library"));
    }

    @ParameterizedTest
    @MethodSource("others")
    void otherFilesAreCalledByTheirNames(String content, String words) throws IOException {
        Path file = Files.write(folder.resolve("d.pth"), Torch.bytes(content));
        String message = assertThrows(WeightsException.class, () -> Checkpoint.open(file))
                .getMessage();
        assertTrue(message.contains("d.pth: this is " + words), message);
    }

    @Test
    void otherArchivesAreCalledByTheirNames() throws IOException {
        for (String[] one : new String[][] {
            {"a/code/x.py", "a zip archive"},
            {"w.npy", "a NumPy archive"},
            {"model.weights.h5", "a Keras archive"},
            {"META-INF/MANIFEST.MF", "a Java archive"},
            {"inner.pth", "a zip archive with a checkpoint inside"}
        }) {
            Path file = Files.write(folder.resolve("e.pth"), Torch.archive(Torch.Entry.stored(one[0], new byte[8])));
            String message = assertThrows(WeightsException.class, () -> Checkpoint.open(file))
                    .getMessage();
            assertTrue(message.contains("this is " + one[1]) && message.contains("no data.pkl"), message);
        }
    }
}
