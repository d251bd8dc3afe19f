package dev.swath.fianet.model;

import dev.swath.fianet.text.DatasetVocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The arguments of the published training script, which it saves beside the weights: those that shape the network and that
 * the tensors do not tell. What cannot be is taken for not said.
 *
 * @param values by name
 */
public record ScriptArguments(Map<String, Object> values) {
    /** {@code --img_size}: the side of the images. */
    public Optional<Integer> imageSize() {
        return values.get("img_size") instanceof Long n && n > 0 && n <= Limits.LARGEST_IMAGE
                ? Optional.of(n.intValue())
                : Optional.empty();
    }

    /** {@code --mha}: heads of the attention to words, as "4-4-4-4"; empty for one each. */
    public Optional<List<Integer>> fusionHeads() {
        if (!(values.get("mha") instanceof String text) || !text.matches("\\d{1,3}(-\\d{1,3}){3}")) {
            return Optional.empty();
        }
        List<Integer> out = new ArrayList<>();
        for (String part : text.split("-")) {
            out.add(Integer.valueOf(part));
        }
        return out.contains(0) ? Optional.empty() : Optional.of(out);
    }

    /** {@code --dataset}: whose classes it was trained for. */
    public Optional<DatasetVocabulary> dataset() {
        if (values.get("dataset") instanceof String name) {
            for (DatasetVocabulary d : DatasetVocabulary.values()) {
                if (d.name().equals(name.toUpperCase(Locale.ROOT).replaceAll("[-_]", ""))) {
                    return Optional.of(d);
                }
            }
        }
        return Optional.empty();
    }
}
