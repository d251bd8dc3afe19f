package dev.swath.fianet.text;

/**
 * A word of a sentence.
 *
 * @param text as the tokenizer gives it; quotes are turned into `` and ''
 * @param start its first char in the sentence
 * @param end the char behind it
 */
public record Word(String text, int start, int end) {}
