package dev.swath.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.files.json.Json;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.pickle.PythonObject;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenCheckpointTest {
    static final Path GOLDEN = Path.of("src/test/resources/golden");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "training_zip.pth",
                "training_legacy.pth",
                "training_zip_cuda.pth",
                "training_legacy_cuda.pth",
                "training_zip_deflated.pth"
            })
    void everyTensorIsBitIdentical(String name) {
        TorchCheckpoint checkpoint =
                TorchCheckpoint.open(GOLDEN.resolve("checkpoint").resolve(name));
        StateDict expected = Safetensors.open(GOLDEN.resolve("checkpoint/expected.safetensors"))
                .tensors();
        for (String path : expected.names()) {
            Object node = checkpoint.root();
            for (String part : path.split("/")) {
                Map<?, ?> map = assertInstanceOf(Map.class, node, path);
                node = map.containsKey(part) ? map.get(part) : map.get(Long.valueOf(part));
            }
            if (path.equals("best_oIoU") && node instanceof Double d) {
                assertEquals(61.5, d);
                continue;
            }
            TorchCheckpoint.TensorRef ref = assertInstanceOf(TorchCheckpoint.TensorRef.class, node, path);
            Tensor want = expected.get(path);
            Tensor got = checkpoint.read(ref);
            assertEquals(want.dtype(), got.dtype(), path);
            assertEquals(want.shape(), got.shape(), path);
            assertArrayEquals(
                    want.toBytes().toArray(ValueLayout.JAVA_BYTE), got.toBytes().toArray(ValueLayout.JAVA_BYTE), path);
        }
    }

    @Test
    void plainValuesAreKept() throws IOException {
        Map<String, Object> plain = Json.asObject(
                Json.parseObject(Files.readString(GOLDEN.resolve("checkpoint/case.json")))
                        .get("plain_values"),
                "plain_values");
        for (String name : List.of("training_zip.pth", "training_legacy.pth")) {
            Map<?, ?> root = assertInstanceOf(
                    Map.class,
                    TorchCheckpoint.open(GOLDEN.resolve("checkpoint").resolve(name))
                            .root());
            assertEquals(plain.get("epoch"), root.get("epoch"));
            PythonObject args = assertInstanceOf(PythonObject.class, root.get("args"));
            assertEquals("argparse.Namespace", args.type());
            Json.asObject(plain.get("args"), "args")
                    .forEach((k, v) -> assertEquals(v, args.fields().get(k), k));
            assertEquals(plain.get("lr_scheduler"), root.get("lr_scheduler"));
            Map<?, ?> optimizer = assertInstanceOf(Map.class, root.get("optimizer"));
            assertEquals(plain.get("param_groups"), optimizer.get("param_groups"));
            assertTrue(holds(root, new BigInteger("1180591620717411303424")), "the big integer");
        }
    }

    private static boolean holds(Object node, Object wanted) {
        return switch (node) {
            case Map<?, ?> map -> map.values().stream().anyMatch(v -> v != null && holds(v, wanted));
            case List<?> list -> list.stream().anyMatch(v -> v != null && holds(v, wanted));
            case PythonObject object -> holds(object.fields(), wanted);
            default -> node.equals(wanted);
        };
    }

    @Test
    void oldBertNamesAreMapped() {
        for (String name : List.of("bare_legacy_gamma_beta.bin", "bare_legacy_gamma_beta.safetensors")) {
            Checkpoint checkpoint = Checkpoint.open(GOLDEN.resolve("checkpoint").resolve(name));
            StateDict bert = Names.bert(checkpoint.tensors());
            assertTrue(bert.size() > 0);
            for (String n : bert.names()) {
                assertTrue(
                        !n.startsWith("bert.") && !n.endsWith("gamma") && !n.endsWith("beta") && !n.startsWith("cls."),
                        n);
            }
        }
    }

    @Test
    void everySafetensorsTypeIsRead() throws IOException {
        Safetensors.Contents contents = Safetensors.open(GOLDEN.resolve("safetensors_reader/sample.safetensors"));
        Map<String, Object> expected =
                Json.parseObject(Files.readString(GOLDEN.resolve("safetensors_reader/case.json")));
        assertEquals(expected.get("metadata"), contents.metadata());
        Map<String, Object> tensors = Json.asObject(expected.get("tensors"), "tensors");
        assertEquals(
                tensors.keySet(), contents.tensors().names().stream().collect(java.util.stream.Collectors.toSet()));
        tensors.forEach((name, value) -> {
            List<Object> pair = Json.asList(value, name);
            double[] want = Json.asList(pair.get(1), name).stream()
                    .mapToDouble(v -> v.equals("inf") ? Double.POSITIVE_INFINITY : ((Number) v).doubleValue())
                    .toArray();
            assertArrayEquals(want, contents.tensors().get(name).toDoubleArray(), 0, name);
        });
    }

    @Test
    void biasTablesAreResized() {
        StateDict data = Safetensors.open(GOLDEN.resolve("swin_table_resize/data.safetensors"))
                .tensors();
        for (String name : data.names()) {
            if (!name.startsWith("in/")) {
                continue;
            }
            Tensor want = data.get(name.replace("in/", "out/"));
            double[] w = want.toDoubleArray();
            double[] g = BiasTables.resize(data.get(name), want.dim(0)).toDoubleArray();
            double max = 0;
            double error = 0;
            for (int i = 0; i < w.length; i++) {
                max = Math.max(max, Math.abs(w[i]));
                error = Math.max(error, Math.abs(w[i] - g[i]));
            }
            assertTrue(error <= 2e-6 * max, name + " " + error);
        }
    }
}
