package dev.swath.fianet.model.parts;

/** What a module of a referring network is to somebody who looks into it. */
public enum Meaning {
    /** One of the stages at which image and words meet, finest first. */
    STAGE,
    /** What lets the maps of the stages act on each other. */
    MULTI_SCALE,
    /** Attention from cells to all words. */
    CONTEXT_ATTENTION,
    /** Attention from cells to the words that name the object. */
    OBJECT_ATTENTION,
    /** Attention from cells to the words that say where it is. */
    POSITION_ATTENTION,
    /** A gate: what it gives is multiplied with what it was made from. */
    GATE,
    /** The gate of the object branch: closed, object and position add nothing. */
    OBJECT_GATE,
    /** What gives a weight for each cell, by a sigmoid that the module around it runs. */
    SPATIAL_PRIOR,
    /** What gives a weight for each channel. */
    CHANNEL_WEIGHTS
}
