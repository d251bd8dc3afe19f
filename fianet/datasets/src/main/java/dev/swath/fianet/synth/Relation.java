package dev.swath.fianet.synth;

/**
 * Directions of RRSIS-D's sentences: which of eight sectors of 45 degrees the line from the middle of the anchor to the
 * middle of the thing falls into; "on the right of" is centred on the x axis.
 */
enum Relation {
    RIGHT("on the right of", 0),
    LOWER_RIGHT("on the lower right of", 1),
    BELOW("below", 2),
    LOWER_LEFT("on the lower left of", 3),
    LEFT("on the left of", 4),
    UPPER_LEFT("on the upper left of", 5),
    ABOVE("above", 6),
    UPPER_RIGHT("on the upper right of", 7);

    private static final double HALF = Math.PI / 8;
    private static final double MARGIN = Math.toRadians(6);

    private final String phrase;
    private final double direction;

    Relation(String phrase, int eighth) {
        this.phrase = phrase;
        this.direction = eighth * Math.PI / 4;
    }

    String phrase() {
        return phrase;
    }

    /** Whether nobody would doubt that the thing lies in this direction of the anchor. */
    boolean clearlyHolds(SceneObject thing, SceneObject anchor) {
        return deviation(thing, anchor) < HALF - MARGIN;
    }

    /** Whether nobody would think that it does. */
    boolean clearlyFails(SceneObject thing, SceneObject anchor) {
        return deviation(thing, anchor) > HALF + MARGIN;
    }

    private double deviation(SceneObject thing, SceneObject anchor) {
        double a = Math.atan2(thing.centerY() - anchor.centerY(), thing.centerX() - anchor.centerX()) - direction;
        return Math.abs(Math.IEEEremainder(a, 2 * Math.PI));
    }
}
