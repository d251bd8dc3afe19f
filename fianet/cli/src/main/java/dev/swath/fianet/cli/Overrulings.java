package dev.swath.fianet.cli;

import dev.swath.fianet.model.ModelConfig;
import dev.swath.fianet.train.TrainingConfig;
import dev.swath.files.Messages;
import dev.swath.files.json.Fields;
import dev.swath.files.json.Json;
import dev.swath.files.json.JsonException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options that overrule keys of a training's configuration: what cannot be is told by the name that the user gave it. */
final class Overrulings {
    private static final String MODEL = "model";

    private final List<One> all = new ArrayList<>();

    private record One(String option, Object value, List<String> path) {
        void put(Map<String, Object> keys) {
            Map<String, Object> at = keys;
            for (String name : path.subList(0, path.size() - 1)) {
                Map<String, Object> inner = Settings.inside(at, name);
                at.put(name, inner);
                at = inner;
            }
            at.put(path.getLast(), value);
        }
    }

    /** An option and the key that it overrules, as the names on the way to it; nothing if it was not given. */
    Overrulings with(String option, @Nullable Object value, String... path) {
        if (value != null) {
            all.add(new One(option, value instanceof Integer i ? (Object) i.longValue() : value, List.of(path)));
        }
        return this;
    }

    /**
     * The configuration that keys mean with the options over them.
     *
     * @param keys of the file, which are changed
     * @param where names the file
     * @param defaults of what is not said
     */
    TrainingConfig over(Map<String, Object> keys, String where, TrainingConfig defaults) {
        Map<String, Object> network = networkOf(keys);
        all.forEach(one -> one.put(keys));
        try {
            return TrainingConfig.fromJson(new Fields(keys, where), defaults);
        } catch (JsonException e) {
            for (One one : all) {
                requireAlone(one, network, defaults);
            }
            throw e;
        }
    }

    /** Which network it is decides which keys there are. */
    private static Map<String, Object> networkOf(Map<String, Object> keys) {
        Map<String, Object> model = new LinkedHashMap<>(Settings.inside(keys, MODEL));
        model.keySet().retainAll(List.of(ModelConfig.NETWORK));
        return Map.of(MODEL, model);
    }

    /** Refuses the option if it is to blame by itself. */
    private static void requireAlone(One one, Map<String, Object> network, TrainingConfig defaults) {
        Map<String, Object> keys = Json.parseObject(Json.write(network, false));
        one.put(keys);
        try {
            TrainingConfig.fromJson(new Fields(keys, one.option), defaults);
        } catch (JsonException e) {
            throw new UsageException(Messages.withoutPart(e));
        }
    }
}
