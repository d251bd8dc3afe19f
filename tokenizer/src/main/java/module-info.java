/** BERT WordPiece tokenization with offsets; depends on the JDK alone. */
module dev.swath.tokenizer {
    requires static org.jspecify;

    exports dev.swath.tokenizer;
}
