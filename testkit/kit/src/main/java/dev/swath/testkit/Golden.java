package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.files.json.Json;
import dev.swath.tensor.DType;
import dev.swath.tensor.StateDict;
import dev.swath.tensor.Tensor;
import dev.swath.weights.Safetensors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One case of the golden data: its description, its tensors by role, and the rule by which results are compared.
 * {@code golden/README.md} in the resources says what the roles mean and who made the data.
 */
public final class Golden {
    private final String name;
    private final Map<String, Object> description;
    private final StateDict tensors;

    private Golden(String name) {
        this.name = name;
        this.description = Json.parseObject(new String(resource(name, "case.json"), StandardCharsets.UTF_8));
        try {
            Path copy = Files.createTempFile("golden", ".safetensors");
            try {
                Files.write(copy, resource(name, "data.safetensors"));
                StateDict lazy = Safetensors.open(copy).tensors();
                this.tensors = new StateDict();
                for (String n : lazy.names()) {
                    tensors.put(n, lazy.get(n));
                }
            } finally {
                Files.delete(copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The case of that name. */
    public static Golden of(String name) {
        return new Golden(name);
    }

    /** The bytes of a file of the case {@code name}. */
    public static byte[] resource(String name, String file) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name + "/" + file)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no golden file " + name + "/" + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A copy of a file of the case in a folder, for what reads files. */
    public static Path copy(String name, String file, Path folder) throws IOException {
        Path target = folder.resolve(Path.of(file).getFileName());
        return Files.write(target, resource(name, file));
    }

    /** The case's name. */
    public String name() {
        return name;
    }

    /** The whole {@code case.json}. */
    public Map<String, Object> description() {
        return description;
    }

    /** The configuration of the module under test. */
    public Map<String, Object> config() {
        return Json.asObject(description.get("config"), "config");
    }

    /** An integer of the configuration. */
    public int config(String key) {
        return Json.asInt(config().get(key), key);
    }

    /** Whether batch norm runs in training mode. */
    public boolean train() {
        return Boolean.TRUE.equals(description.get("train"));
    }

    /** {@code out} or {@code grad}. */
    public double tolerance(String kind) {
        return Json.asDouble(
                Json.asObject(description.get("tolerance"), "tolerance").get(kind), kind);
    }

    /** The texts of a list in the description; empty if it is absent. */
    public List<String> list(String key) {
        Object value = description.get(key);
        return value == null
                ? List.of()
                : Json.asList(value, key).stream().map(String::valueOf).toList();
    }

    /** All tensors by role and name. */
    public StateDict tensors() {
        return tensors;
    }

    /** One tensor, such as {@code in/x}. */
    public Tensor tensor(String path) {
        return tensors.get(path);
    }

    /** The tensors under a role, such as {@code param/}. */
    public StateDict under(String role) {
        return tensors.under(role);
    }

    /** Fails unless max|got - want| is at most tolerance * max|want|. */
    public static void assertClose(String what, Tensor want, Tensor got, double tolerance) {
        assertEquals(want.shape(), got.shape(), what);
        double error = error(want, got);
        assertTrue(error <= tolerance, what + ": relative error " + error + " above " + tolerance);
    }

    /** max|got - want| / max|want|, or max|got| if all of {@code want} is zero; NaN counts as infinite. */
    public static double error(Tensor want, Tensor got) {
        double[] w = want.to(DType.F64).toDoubleArray();
        double[] g = got.to(DType.F64).toDoubleArray();
        double scale = 0;
        double worst = 0;
        for (int i = 0; i < w.length; i++) {
            scale = Math.max(scale, Math.abs(w[i]));
            double d = Math.abs(g[i] - w[i]);
            worst = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(worst, d);
        }
        return scale == 0 ? worst : worst / scale;
    }
}
