package dev.swath.tokenizer;

/**
 * One WordPiece.
 *
 * @param id its number in the vocabulary
 * @param text as it stands in the vocabulary
 * @param start first char of the text it came from
 * @param end char behind the text it came from
 */
public record Piece(int id, String text, int start, int end) {}
