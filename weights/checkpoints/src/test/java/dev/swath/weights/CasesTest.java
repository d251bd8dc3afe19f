package dev.swath.weights;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Files as trainers write them, with the tensors that PyTorch reads from them ({@code expected.json}). */
class CasesTest {
    private static final Path CASES = Path.of("src/test/resources/cases");

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
}
