package dev.swath.fianet.model.parts;

import java.util.Map;

/** A module that says what its parts mean, to somebody who looks into a network without knowing it. */
public interface Meant {
    /** Meanings of modules below it, by their names from it on, such as {@code fusion.image_lang_att}. */
    Map<String, Meaning> meanings();
}
