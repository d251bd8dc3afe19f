package dev.swath.weights;

import dev.swath.files.FileKind;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a file is that holds no weights, by its first bytes: for the sentence that refuses it. */
final class NoWeights {
    /** A pickle that holds no tensors of PyTorch. */
    static final String PICKLE =
            "a Python pickle, but none of torch.save; save the state_dict with torch.save or as safetensors";

    /** Protocol 0 is text: a mapping, a list or a tuple with its number, or a class by its module and name. */
    private static final Pattern PRINTED_PICKLE =
            Pattern.compile("(?:\\([dl]p\\d+\n|c[\\w.]+\n[\\w.]+\n|\\(i[\\w.]+\n).*", Pattern.DOTALL);

    /** An object with a name or without any, or a list with a value. */
    private static final Pattern JSON = Pattern.compile("\\{\\s*[\"}]|\\[\\s*([\\[{\"\\]0-9-]|true|false|null)");

    private NoWeights() {}

    /** In words that follow "this is", if it is something that is known; {@code size} is that of the whole file. */
    static Optional<String> of(byte[] head, long size) {
        Optional<String> kind = FileKind.of(head, size);
        return kind.isEmpty() && FileKind.isText(head) ? Optional.of(text(head)) : kind;
    }

    private static String text(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (PRINTED_PICKLE.matcher(text).matches()) {
            return PICKLE;
        }
        String begin = FileKind.begin(text);
        if (begin.startsWith("{") && begin.contains("\"weight_map\"")) {
            return "the index of a checkpoint in parts; name it as it was, with .index.json, or give its folder";
        }
        return JSON.matcher(begin).lookingAt() ? "a JSON text" : "a text file, no weights";
    }
}
