package dev.swath.fianet.inspect;

import dev.swath.fianet.model.ReferringNetwork;
import dev.swath.fianet.model.parts.Meaning;
import dev.swath.fianet.model.parts.Meant;
import dev.swath.fianet.model.parts.TanhGate;
import dev.swath.nn.Module;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The modules of a network that say what they mean, by their full names, in the order of the module tree. */
final class Parts {
    private final Map<String, Part> byPath = new LinkedHashMap<>();

    private Parts() {}

    static Parts of(ReferringNetwork network) {
        Map<String, Meaning> meanings = Meant.in(network);
        List<String> stages = new ArrayList<>();
        Parts out = new Parts();
        Map<String, Module> modules = network.namedModules();
        for (String path : modules.keySet()) {
            boolean gate = modules.get(path) instanceof TanhGate;
            Meaning meaning = gate ? meanings.getOrDefault(path, Meaning.GATE) : meanings.get(path);
            if (meaning == Meaning.STAGE) {
                stages.add(path);
            }
            if (meaning != null) {
                out.byPath.put(path, new Part(path, meaning, stage(stages, path)));
            }
        }
        return out;
    }

    private static int stage(List<String> stages, String path) {
        for (int i = 0; i < stages.size(); i++) {
            if (path.equals(stages.get(i)) || path.startsWith(stages.get(i) + ".")) {
                return i + 1;
            }
        }
        return 0;
    }

    List<Part> list() {
        return List.copyOf(byPath.values());
    }

    List<Part> all(Meaning meaning) {
        return byPath.values().stream().filter(p -> p.meaning() == meaning).toList();
    }

    Optional<Part> at(String path) {
        return Optional.ofNullable(byPath.get(path));
    }

    /** 1 to 4 of a module inside a stage, else 0. */
    int stage(String path) {
        return stage(all(Meaning.STAGE).stream().map(Part::path).toList(), path);
    }

    /** The name of the op that makes weights of what a spatial prior's convolution gives. */
    static String sigmoid(Part prior) {
        return parent(prior.path()) + ":sigmoid";
    }

    static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('.')));
    }
}
