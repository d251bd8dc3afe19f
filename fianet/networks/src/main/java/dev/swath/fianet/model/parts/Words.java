package dev.swath.fianet.model.parts;

import dev.swath.autograd.Var;

/**
 * One encoding of the sentence.
 *
 * @param features (B, N, D)
 * @param mask (B, N), 1 for a word that this branch sees
 */
public record Words(Var features, Var mask) {}
