package dev.swath.weights;

import dev.swath.files.Quoted;
import dev.swath.weights.TorchCheckpoint.TensorRef;
import dev.swath.weights.TorchResolver.UnreadTensor;
import dev.swath.weights.pickle.PythonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the weights in what a trainer saved: a mapping of names to tensors, bare, under a key that trainers use, or as the
 * only one with tensors; mappings inside of it are joined by dots; a whole pickled module gives what its {@code state_dict}
 * would. Never an empty result: what cannot be found or told apart is an error that lists the keys.
 */
final class SavedWeights {
    /** Keys under which trainers keep the weights that are meant, the likelier first. */
    private static final List<String> KEYS = List.of(
            "state_dict",
            "model",
            "model_state_dict",
            "model_state",
            "model_dict",
            "model_weights",
            "net",
            "network",
            "net_state_dict",
            "network_state_dict",
            "module",
            "weights",
            "params",
            "parameters",
            "state",
            "checkpoint",
            "generator",
            "segmentor",
            "backbone",
            "encoder",
            "teacher",
            "student",
            "ema",
            "model_ema",
            "ema_model",
            "ema_state_dict",
            "state_dict_ema",
            "model_state_dict_ema",
            "ema_model_state_dict",
            "params_ema",
            "net_ema",
            "shadow");

    /** Keys after which only one of several is meant; the later ones name a network or a part of one, so two are no choice. */
    private static final int SURE_KEYS = KEYS.indexOf("generator");

    /** Keys that name no network, so that one may be named below. */
    private static final Set<String> NEUTRAL = Set.of("state", "checkpoint", "weights");

    /** What trainers keep beside them that holds tensors too. */
    private static final List<String> BESIDE = List.of(
            "optim",
            "scheduler",
            "scaler",
            "amp",
            "rng",
            "random_state",
            "callbacks",
            "loops",
            "args",
            "hyper_parameters",
            "cfg",
            "config",
            "meter",
            "history",
            "criterion",
            "loss",
            "sampler",
            "queue");

    /** Keys beside the weights under which trainers keep one part of the same network, and where it belongs in the others' names. */
    private static final Map<String, String> PARTS = Map.of("bert_model", "text_encoder.");

    private static final String DATA_PARALLEL = "module.";

    private static final int MAX_DEPTH = 16;
    private static final int MAX_VISITS = 2_000_000;

    private final Path path;
    private final List<String> notes = new ArrayList<>();
    private int visits;

    private SavedWeights(Path path) {
        this.path = path;
    }

    /**
     * The tensors, and what should be said of where they were found.
     *
     * @param tensors by name
     * @param notes sentences
     */
    record Found(Map<String, TensorRef> tensors, List<String> notes) {}

    /** The weights in the object of a file. */
    static Found in(Path path, @Nullable Object root) {
        SavedWeights search = new SavedWeights(path);
        Map<String, Object> tensors = search.select(root, "", 0, true);
        Map<String, TensorRef> out = new LinkedHashMap<>();
        tensors.forEach((name, value) -> {
            if (value instanceof TensorRef ref) {
                out.put(name, ref);
            } else if (value instanceof UnreadTensor unread) {
                if (!unread.isEmpty()) {
                    throw WeightsException.in(path, "the tensor '" + Quoted.text(name) + "' " + unread.why());
                }
                search.notes.add(
                        "'" + Quoted.text(name) + "' was passed over: it " + unread.why() + ", and holds no elements");
            }
        });
        Nameless nameless = new Nameless(tensors.values());
        nameless.look(root);
        if (out.isEmpty()) {
            throw search.nothing(root, nameless);
        }
        nameless.note().ifPresent(search.notes::add);
        return new Found(out, List.copyOf(search.notes));
    }

    private WeightsException nothing(@Nullable Object root, Nameless nameless) {
        String what =
                switch (root) {
                    case TensorRef _, UnreadTensor _ -> "a single tensor without a name";
                    case Map<?, ?> map when map.isEmpty() -> "an empty mapping";
                    case Map<?, ?> map -> "a mapping with the keys " + keys(map) + ", but no tensors among its weights";
                    case PythonObject object -> object.toString() + ", which was not made and nothing was run";
                    case List<?> _ -> "a list without weights";
                    case String _ -> "a text";
                    case null -> "None";
                    default -> "a value that is no mapping";
                };
        return WeightsException.in(
                path,
                "the file holds no mapping of names to tensors where weights are kept (state_dict, model and the like); it holds "
                        + what + nameless.note().map(note -> "; " + note).orElse(""));
    }

    private static String keys(Map<?, ?> map) {
        List<String> names = new ArrayList<>();
        for (Object key : map.keySet()) {
            names.add(
                    key instanceof String s ? "'" + Quoted.text(s) + "'" : key instanceof Long n ? n.toString() : "?");
        }
        return Quoted.list(names);
    }

    /** The weights at or below a value. */
    private Map<String, Object> select(@Nullable Object node, String place, int depth, boolean open) {
        Map<String, Object> module = modules(node);
        if (!module.isEmpty() || depth > MAX_DEPTH) {
            return module;
        }
        Map<String, Object> children = children(node);
        Map<String, Map<String, Object>> holding = new LinkedHashMap<>();
        int direct = 0;
        for (Map.Entry<String, Object> e : children.entrySet()) {
            if (isTensor(e.getValue())) {
                direct++;
            } else if (!isBeside(e.getKey())) {
                Map<String, Object> inner = flat(e.getValue());
                if (!inner.isEmpty()) {
                    holding.put(e.getKey(), inner);
                }
            }
        }
        String chosen = choice(holding, direct, open);
        if (chosen == null) {
            if (direct == 0 && open && holding.size() > 1) {
                throw WeightsException.in(
                        path,
                        "the file holds tensors under " + holding.size() + " keys (" + Quoted.list(holding.keySet())
                                + "), and none of them is one where trainers keep a model; save the one that is meant"
                                + " by itself");
            }
            return flat(node);
        }
        Map<String, Map<String, Object>> parts = new LinkedHashMap<>(holding);
        parts.keySet().retainAll(PARTS.keySet());
        parts.remove(chosen);
        holding.keySet().removeAll(parts.keySet());
        tell(place, chosen, holding.keySet(), depth);
        // Below a key that names a network, mappings are its parts; below others the search goes on.
        boolean stillOpen = open && (!KEYS.contains(chosen) || NEUTRAL.contains(chosen));
        return joined(select(children.get(chosen), place + chosen + "/", depth + 1, stillOpen), parts);
    }

    /** The weights and the parts that were saved beside them. */
    private static Map<String, Object> joined(Map<String, Object> weights, Map<String, Map<String, Object>> parts) {
        if (parts.isEmpty()) {
            return weights;
        }
        Map<String, Object> out = withoutDataParallel(weights);
        parts.forEach((key, part) ->
                withoutDataParallel(part).forEach((name, tensor) -> out.putIfAbsent(PARTS.get(key) + name, tensor)));
        return out;
    }

    /** Without a leading {@code module.} that all names have; each part has its own or none. */
    private static Map<String, Object> withoutDataParallel(Map<String, Object> weights) {
        boolean all = weights.keySet().stream().allMatch(n -> n.startsWith(DATA_PARALLEL));
        Map<String, Object> out = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> out.put(all ? name.substring(DATA_PARALLEL.length()) : name, tensor));
        return out;
    }

    private void tell(String place, String chosen, Set<String> holding, int depth) {
        List<String> others = holding.stream().filter(k -> !k.equals(chosen)).toList();
        if (!others.isEmpty()) {
            notes.add("the weights under '" + Quoted.text(place + chosen) + "' were taken; there are others under "
                    + Quoted.list(others));
        } else if (depth > 0 || KEYS.indexOf(chosen) < 0) {
            notes.add("the weights under '" + Quoted.text(place + chosen) + "' were taken");
        }
    }

    /** The key to go on with, or null if this mapping itself is meant. */
    private @Nullable String choice(Map<String, Map<String, Object>> holding, int direct, boolean open) {
        List<String> originals =
                holding.keySet().stream().filter(k -> !isCopy(k)).toList();
        for (String key : KEYS) {
            Map<String, Object> inner = holding.get(key);
            if (inner == null || inner.size() < direct || !(open || key.contains("state_dict"))) {
                continue;
            }
            boolean sure = KEYS.indexOf(key) < SURE_KEYS || holding.size() == 1;
            if (sure || originals.equals(List.of(key)) || (isCopy(key) && originals.isEmpty())) {
                return key;
            }
        }
        List<String> candidates = originals.isEmpty() ? List.copyOf(holding.keySet()) : originals;
        boolean only = open
                && candidates.size() == 1
                && holding.getOrDefault(candidates.getFirst(), Map.of()).size() > direct;
        return only ? candidates.getFirst() : null;
    }

    /** Whether a key names the moving average of another. */
    private static boolean isCopy(String key) {
        return key.contains("ema") || key.equals("shadow");
    }

    /** Whether trainers keep something else there that holds tensors too. */
    static boolean isBeside(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return BESIDE.stream().anyMatch(lower::startsWith) || lower.endsWith("_optimizer");
    }

    static boolean isTensor(@Nullable Object value) {
        return value instanceof TensorRef || value instanceof UnreadTensor;
    }

    /** The entries of a mapping with names, or the elements of a list by number. */
    private Map<String, Object> children(@Nullable Object node) {
        Map<String, Object> out = new LinkedHashMap<>();
        Map<?, ?> map = node instanceof Map<?, ?> m ? m : node instanceof PythonObject o ? o.items() : Map.of();
        visit(map.size());
        map.forEach((key, value) -> {
            if (key instanceof String name && value != null) {
                out.put(name, value);
            }
        });
        if (node instanceof List<?> list && list.size() <= MAX_DEPTH) {
            for (int i = 0; i < list.size(); i++) {
                if (list.get(i) instanceof Map<?, ?> || list.get(i) instanceof PythonObject) {
                    out.put("[" + i + "]", list.get(i));
                }
            }
        }
        return out;
    }

    private void visit(int values) {
        visits += 1 + values;
        if (visits > MAX_VISITS) {
            throw WeightsException.in(
                    path, "looking for weights takes more than " + MAX_VISITS + " steps; no trainer nests mappings so");
        }
    }

    /** All tensors of a mapping and of the mappings in it, by names joined with dots. */
    private Map<String, Object> flat(@Nullable Object node) {
        Map<String, Object> module = modules(node);
        Map<String, Object> out = new LinkedHashMap<>(module);
        if (module.isEmpty()) {
            flatten(node, "", out, Collections.newSetFromMap(new IdentityHashMap<>()));
        }
        return out;
    }

    private void flatten(@Nullable Object node, String prefix, Map<String, Object> out, Set<Object> above) {
        if (above.size() > MAX_DEPTH || node instanceof List<?> || node == null || !above.add(node)) {
            return;
        }
        Map<String, Object> children = children(node);
        // Optimizers keep tensors by number under "state"; such a mapping holds no weights.
        boolean optimizer = children.containsKey("param_groups") && children.containsKey("state");
        if (!optimizer) {
            children.forEach((name, value) -> {
                if (isTensor(value)) {
                    out.put(prefix + name, value);
                } else {
                    flatten(value, prefix + name + ".", out, above);
                }
            });
        }
        above.remove(node);
    }

    /** What {@code state_dict()} of a pickled module would give: parameters, then buffers that persist, then its modules'. */
    private Map<String, Object> modules(@Nullable Object node) {
        Map<String, Object> out = new LinkedHashMap<>();
        module(node, "", out, Collections.newSetFromMap(new IdentityHashMap<>()));
        return out;
    }

    private void module(@Nullable Object node, String prefix, Map<String, Object> out, Set<Object> above) {
        if (!(node instanceof PythonObject object)
                || !(object.fields().get("_modules") instanceof Map<?, ?> modules)
                || above.size() > 4 * MAX_DEPTH
                || !above.add(node)) {
            return;
        }
        visit(object.fields().size() + modules.size());
        List<?> transientBuffers =
                object.fields().get("_non_persistent_buffers_set") instanceof List<?> list ? list : List.of();
        for (String kind : List.of("_parameters", "_buffers")) {
            if (object.fields().get(kind) instanceof Map<?, ?> own) {
                visit(own.size());
                own.forEach((name, value) -> {
                    if (name instanceof String s && isTensor(value) && !names(transientBuffers, s)) {
                        out.put(prefix + s, value);
                    }
                });
            }
        }
        modules.forEach((name, child) -> {
            if (name instanceof String s) {
                module(child, prefix + s + ".", out, above);
            }
        });
        above.remove(node);
    }

    private static boolean names(List<?> list, String name) {
        for (Object o : list) {
            if (o instanceof String s && s.equals(name)) {
                return true;
            }
        }
        return false;
    }
}
