package dev.swath.fianet.model;

import dev.swath.files.json.Fields;
import java.util.Map;

/** Everything that fixes a network's shape and wiring: a value that is written to and read from {@code config.json}. */
public interface NetworkConfig {
    /** The name of the network, as its {@link NetworkProvider} has it. */
    String network();

    /** What a network so made can take. */
    Limits limits();

    /** The keys that are the network's own, with values that JSON has, in the order in which they are written. */
    Map<String, Object> toJson();

    /**
     * This configuration with what the keys say. A key that is absent keeps its value; keys that nobody asks {@code keys} for
     * are refused afterwards, but those of an object inside by this method.
     */
    NetworkConfig with(Fields keys);

    /** This configuration for images of that side, where its sizes go by that of the images: asked for before anything is trained. By default this one. */
    default NetworkConfig forImages(int size) {
        return this;
    }

    /** About how many parameters such a network has, to be known before it is made; by default 0, for not known. */
    default long parameters() {
        return 0;
    }

    /** The network, its parameters unset; to be loaded or initialised. */
    ReferringNetwork create();
}
