/**
 * BERT WordPiece tokenization with offsets; depends on the JDK alone.
 *
 * <pre>{@code
 * WordPieceTokenizer tokenizer = new WordPieceTokenizer(Vocabulary.load(Path.of("vocab.txt")));
 * Encoding encoding = tokenizer.encode("the ship on the lower right", 22);
 * for (Piece piece : encoding.pieces()) {
 *     System.out.println(piece.id() + " " + piece.text() + " " + piece.start() + ".." + piece.end());
 * }
 * }</pre>
 */
@NullMarked
package dev.swath.tokenizer;

import org.jspecify.annotations.NullMarked;
