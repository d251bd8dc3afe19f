package dev.swath.weights;

import dev.swath.files.Counted;
import dev.swath.files.Quoted;
import dev.swath.weights.pickle.PythonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tensors of a file that have no name by which a network could ask for them, because they stand in a list or under a key that is
 * no text, and so were passed over. What trainers keep beside the weights, as an optimizer's state, is not gone through.
 */
final class Nameless {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_VALUES = 1_000_000;

    private final Set<Object> known = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<String> places = new ArrayList<>();
    private long count;
    private int values;

    /** Of a file from which these were taken. */
    Nameless(Collection<Object> taken) {
        known.addAll(taken);
    }

    /** Looks at a value and what is in it; {@code inside} says whether its place has no name. Each object counts once. */
    void look(@Nullable Object value, String place, boolean inside) {
        if (value == null || place.length() > MAX_DEPTH * Quoted.MAX_TEXT || !known.add(value)) {
            return;
        }
        if (SavedWeights.isTensor(value)) {
            if (inside) {
                count++;
                if (places.size() < Quoted.MAX_LISTED) {
                    places.add("'" + Quoted.text(place) + "'");
                }
            }
            return;
        }
        String before = place.isEmpty() ? "" : place + "/";
        if (value instanceof List<?> list) {
            for (int i = 0; i < list.size() && counts(); i++) {
                look(list.get(i), before + "[" + i + "]", true);
            }
            return;
        }
        if (value instanceof PythonObject object && object.fields().get("_modules") instanceof Map<?, ?>) {
            return; // a module, whose state_dict has no more than what is taken from it
        }
        Map<?, ?> map = value instanceof Map<?, ?> m ? m : value instanceof PythonObject o ? o.items() : Map.of();
        if (map.containsKey("param_groups") && map.containsKey("state")) {
            return; // an optimizer's
        }
        for (Map.Entry<?, ?> e : map.entrySet()) {
            if (!counts()) {
                return;
            }
            if (!(e.getKey() instanceof String name)) {
                look(e.getValue(), before + (e.getKey() instanceof Long n ? n.toString() : "?"), true);
            } else if (!SavedWeights.isBeside(name) && !name.contains("rng_state")) {
                look(e.getValue(), before + Quoted.text(name), inside);
            }
        }
    }

    /** Whether one more value is looked at. */
    private boolean counts() {
        return values++ < MAX_VALUES;
    }

    /** What is to be said of them, if there are any. */
    Optional<String> note() {
        if (count == 0) {
            return Optional.empty();
        }
        String where =
                String.join(", ", places) + (count > places.size() ? " and " + (count - places.size()) + " more" : "");
        return Optional.of(Counted.of(count, "tensor") + (count == 1 ? " was" : " were")
                + " passed over, in a list or under a key that is no text, and so without a name: " + where);
    }
}
