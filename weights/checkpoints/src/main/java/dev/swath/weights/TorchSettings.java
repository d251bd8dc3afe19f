package dev.swath.weights;

import dev.swath.weights.pickle.PythonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a training script keeps beside the weights and what can be told by plain values. */
final class TorchSettings {
    private static final List<String> ARGUMENTS = List.of("args", "opt", "hparams", "hyper_parameters");
    private static final int MAX_ARGUMENTS = 10_000;
    private static final int MAX_LIST = 64;

    private TorchSettings() {}

    static Checkpoint.Settings of(@Nullable Object root) {
        if (!(root instanceof Map<?, ?> map)) {
            return Checkpoint.Settings.NONE;
        }
        Optional<String> config =
                map.get(Checkpoint.Settings.CONFIG) instanceof String text ? Optional.of(text) : Optional.empty();
        for (String key : ARGUMENTS) {
            Map<String, Object> plain = plain(map.get(key));
            if (!plain.isEmpty()) {
                return new Checkpoint.Settings(config, plain);
            }
        }
        return new Checkpoint.Settings(config, Map.of());
    }

    private static Map<String, Object> plain(@Nullable Object arguments) {
        Map<?, ?> named =
                switch (arguments) {
                    case Map<?, ?> map -> map;
                    case PythonObject object -> object.fields().isEmpty() ? object.items() : object.fields();
                    case null, default -> Map.of();
                };
        Map<String, Object> out = new LinkedHashMap<>();
        if (named.size() <= MAX_ARGUMENTS) {
            named.forEach((name, value) -> {
                if (name instanceof String s && isPlain(value)) {
                    out.put(s, value);
                } else if (name instanceof String s && value instanceof List<?> list && list.size() <= MAX_LIST) {
                    if (list.stream().allMatch(TorchSettings::isPlain)) {
                        out.put(s, new ArrayList<>(list));
                    }
                }
            });
        }
        return out;
    }

    private static boolean isPlain(@Nullable Object value) {
        return value instanceof String || value instanceof Long || value instanceof Double || value instanceof Boolean;
    }
}
