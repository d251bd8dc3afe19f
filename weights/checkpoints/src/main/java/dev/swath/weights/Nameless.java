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

    /** Where a value stands: in what, and under which key or index. Few are ever told, so they are texts only then. */
    private record Place(@Nullable Place above, Object part) {
        private String text() {
            String own =
                    switch (part) {
                        case Integer index -> "[" + index + "]";
                        case String name -> Quoted.text(name);
                        case Long number -> number.toString();
                        default -> "?";
                    };
            return above == null ? own : above.text() + "/" + own;
        }
    }

    /** Looks at what a file holds. Each object counts once; what lies deeper than networks nest is not looked at. */
    void look(@Nullable Object root) {
        look(root, null, false, 0);
    }

    /** {@code inside} says whether the value's place has no name. */
    private void look(@Nullable Object value, @Nullable Place place, boolean inside, int depth) {
        if (value == null || depth > MAX_DEPTH || !known.add(value)) {
            return;
        }
        if (SavedWeights.isTensor(value)) {
            if (inside && place != null) {
                count++;
                if (places.size() < Quoted.MAX_LISTED) {
                    places.add("'" + place.text() + "'");
                }
            }
            return;
        }
        if (value instanceof List<?> list) {
            for (int i = 0; i < list.size() && counts(); i++) {
                look(list.get(i), new Place(place, i), true, depth + 1);
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
            Object key = e.getKey();
            if (!(key instanceof String name)) {
                look(e.getValue(), new Place(place, key == null ? "?" : key), true, depth + 1);
            } else if (!SavedWeights.isBeside(name) && !name.contains("rng_state")) {
                look(e.getValue(), new Place(place, name), inside, depth + 1);
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
