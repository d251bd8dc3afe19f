package dev.swath.fianet.inspect;

/** Which words an attention from cells to words sees. */
public enum Branch {
    /** All of them. */
    CONTEXT,
    /** Those that name the object. */
    OBJECT,
    /** Those that say where it is. */
    POSITION
}
