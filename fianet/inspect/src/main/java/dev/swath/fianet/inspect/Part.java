package dev.swath.fianet.inspect;

import dev.swath.fianet.model.parts.Meaning;

/**
 * A module of the network that means something to who looks into it.
 *
 * @param path its full name; what it gave stands under this name among the inspection's results
 * @param meaning what it is
 * @param stage 1 to 4 where it stands in a stage or is one, else 0
 */
public record Part(String path, Meaning meaning, int stage) {}
