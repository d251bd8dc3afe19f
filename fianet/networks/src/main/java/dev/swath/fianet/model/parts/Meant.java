package dev.swath.fianet.model.parts;

import dev.swath.nn.Module;
import java.util.LinkedHashMap;
import java.util.Map;

/** A module that says what its parts mean, to somebody who looks into a network without knowing it. */
public interface Meant {
    /** Meanings of modules below it, by their names from it on, such as {@code fusion.image_lang_att}. */
    Map<String, Meaning> meanings();

    /** All that is said in a network, by full names, in the order of the module tree. */
    static Map<String, Meaning> in(Module network) {
        Map<String, Meaning> out = new LinkedHashMap<>();
        network.namedModules().forEach((path, module) -> {
            if (module instanceof Meant meant) {
                meant.meanings()
                        .forEach((name, meaning) -> out.put(path.isEmpty() ? name : path + "." + name, meaning));
            }
        });
        return out;
    }
}
