package dev.swath.fianet.model;

/** The words of a sentence that a stream of a network sees. */
public enum Phrase {
    /** All of them. */
    CONTEXT,
    /** Those that name the object. */
    OBJECT,
    /** Those that say where it is. */
    POSITION
}
