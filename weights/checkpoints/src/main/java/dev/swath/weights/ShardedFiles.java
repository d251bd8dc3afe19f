package dev.swath.weights;

import dev.swath.files.Quoted;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import dev.swath.tensor.StateDict;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Model folders: the file with the weights, and weights in several files with a list of what is where. */
final class ShardedFiles {
    /** What the names of such lists end in. */
    static final String INDEX = ".index.json";

    private static final List<String> MAIN =
            List.of("model.safetensors", "model.safetensors" + INDEX, "pytorch_model.bin", "pytorch_model.bin" + INDEX);

    /** Weights of other frameworks, by the names that they have in such folders. */
    private static final Map<String, String> OTHERS = Map.of(
            "tf_model.h5", "TensorFlow",
            "flax_model.msgpack", "Flax",
            "bert_model.ckpt.index", "TensorFlow",
            "model.ckpt.index", "TensorFlow",
            "rust_model.ot", "rust-bert",
            "model.onnx", "ONNX",
            "openvino_model.xml", "OpenVINO");

    private static final int MAX_PARTS = 4096;

    private ShardedFiles() {}

    /** The file of a folder that holds the weights or lists their parts. */
    static Path mainFile(Path folder) {
        for (String name : MAIN) {
            if (Files.exists(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        List<Path> weights = new ArrayList<>();
        String other = "";
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (name.endsWith(".safetensors") || name.endsWith(".bin") || name.endsWith(".pth")) {
                    weights.add(file);
                }
                if (OTHERS.containsKey(name)) {
                    other = "; its " + name + " is for " + OTHERS.get(name) + " and is not read";
                }
            }
        } catch (IOException e) {
            throw FileBytes.failure(folder, e);
        }
        List<Path> variants = weights.stream()
                .filter(f ->
                        String.valueOf(f.getFileName()).matches("(model|pytorch_model)\\.[\\w-]+\\.(safetensors|bin)"))
                .toList();
        if (variants.size() == 1) {
            return variants.getFirst();
        }
        if (!weights.isEmpty()) {
            other = "; give one of its files by name: "
                    + Quoted.list(weights.stream()
                            .map(f -> String.valueOf(f.getFileName()))
                            .sorted()
                            .toList());
        }
        throw WeightsException.in(folder, "the folder holds neither model.safetensors nor pytorch_model.bin" + other);
    }

    /** All tensors that a list names, each from the file that it is said to be in. */
    static Checkpoint open(Path index) {
        Map<String, String> places = new LinkedHashMap<>();
        try {
            FileBytes.of(index);
            Fields.read(index).forEach((key, value) -> {
                if (key.equals("weight_map")) {
                    Json.asObject(value, key).forEach((name, file) -> places.put(name, Json.asString(file, key)));
                }
            });
        } catch (JsonException e) {
            throw WeightsException.in(index, "the list of parts cannot be read: " + e.getMessage());
        }
        if (places.isEmpty()) {
            throw WeightsException.in(index, "the list of parts has no weight_map that says which tensor is where");
        }
        Path folder = index.toAbsolutePath().getParent();
        Map<String, Checkpoint> parts = new LinkedHashMap<>();
        StateDict out = new StateDict();
        List<String> notes = new ArrayList<>();
        places.forEach((name, file) -> {
            Checkpoint part = parts.get(file);
            if (part == null) {
                part = part(index, folder, file, parts.size());
                parts.put(file, part);
                notes.addAll(part.notes());
            }
            StateDict.Entry entry = part.tensors()
                    .find(name)
                    .orElseThrow(() -> WeightsException.in(
                            index,
                            "the tensor '" + Quoted.text(name) + "' should be in " + Quoted.text(file)
                                    + ", but is not there"));
            out.put(name, entry);
        });
        Checkpoint first = parts.values().iterator().next();
        return new Checkpoint(index, first.format(), out, first.settings(), notes);
    }

    private static Checkpoint part(Path index, Path folder, String file, int before) {
        if (before >= MAX_PARTS) {
            throw WeightsException.in(index, "the list names more than " + MAX_PARTS + " files");
        }
        boolean plain = !file.isEmpty()
                && file.indexOf('/') < 0
                && file.indexOf('\\') < 0
                && file.indexOf('\0') < 0
                && !file.equals("..")
                && !file.equals(".");
        if (!plain || file.endsWith(INDEX)) {
            throw WeightsException.in(
                    index, "'" + Quoted.text(file) + "' is no name of a file of weights in the same folder");
        }
        return Checkpoint.part(folder.resolve(file));
    }
}
