package dev.swath.weights;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** What a zip archive is, by the names of its entries. */
final class TorchArchive {
    private static final String PICKLE = "data.pkl";

    private TorchArchive() {}

    /** The entry that holds the pickle of {@code torch.save}; otherwise one sentence that says what the archive is. */
    static String pickle(Path path, Map<String, ?> entries) {
        Set<String> names = entries.keySet();
        String pickle = null;
        for (String name : names) {
            if (name.equals(PICKLE)
                    || (name.endsWith("/" + PICKLE) && name.indexOf('/') == name.length() - PICKLE.length() - 1)) {
                if (pickle != null) {
                    throw WeightsException.in(path, "the archive has two folders with a data.pkl");
                }
                pickle = name;
            }
        }
        if (pickle == null) {
            throw WeightsException.in(
                    path, "this is " + words(names) + ": it has no data.pkl, so it is no checkpoint of torch.save");
        }
        String folder = pickle.substring(0, pickle.length() - PICKLE.length());
        boolean code = names.stream().anyMatch(n -> n.startsWith(folder + "code/"));
        if (code || names.contains(folder + "constants.pkl")) {
            throw WeightsException.in(
                    path,
                    "this is a TorchScript archive (torch.jit.save), a program with its weights; save the model's state_dict"
                            + " with torch.save");
        }
        return pickle;
    }

    private static String words(Set<String> names) {
        if (!names.isEmpty() && names.stream().allMatch(n -> n.endsWith(".npy"))) {
            return "a NumPy archive (.npz)";
        }
        if (names.stream().anyMatch(n -> n.endsWith("model.weights.h5"))) {
            return "a Keras archive (.keras)";
        }
        if (names.contains("META-INF/MANIFEST.MF")) {
            return "a Java archive (.jar)";
        }
        if (names.contains("[Content_Types].xml")) {
            return "an Office document";
        }
        if (names.stream().anyMatch(n -> n.contains(".data/extern_modules"))) {
            return "an archive of torch.package, a program with its weights";
        }
        if (names.stream().anyMatch(n -> n.endsWith("archive_format") || n.contains("serialized_exported_program"))) {
            return "an archive of torch.export, a program with its weights";
        }
        if (names.stream()
                .anyMatch(n -> n.endsWith("/" + PICKLE) || n.endsWith(".safetensors") || n.endsWith(".pth"))) {
            return "a zip archive with a checkpoint inside, which must be unpacked first";
        }
        return "a zip archive";
    }
}
