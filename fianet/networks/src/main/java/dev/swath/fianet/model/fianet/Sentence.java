package dev.swath.fianet.model.fianet;

import dev.swath.fianet.model.Words;

/**
 * The sentence as the three branches see it.
 *
 * @param context the whole sentence
 * @param object the words of the object
 * @param position the words of its position
 */
public record Sentence(Words context, Words object, Words position) {}
