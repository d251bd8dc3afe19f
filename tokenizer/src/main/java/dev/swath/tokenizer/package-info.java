/** BERT WordPiece tokenization with offsets; depends on the JDK alone. */
@NullMarked
package dev.swath.tokenizer;

import org.jspecify.annotations.NullMarked;
