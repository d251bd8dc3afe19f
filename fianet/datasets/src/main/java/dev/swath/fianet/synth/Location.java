package dev.swath.fianet.synth;

/**
 * Places of RRSIS-D's sentences. The frame is cut into three by three equal cells; a thing is where the middle of its
 * visible bounding box lies: "in the middle" is the middle cell, "on the top" the upper one of the middle column, "on the
 * upper left" the corner, and so on. "On the far left" is the part of "on the left" that is nearer than a sixth of the
 * frame's side to its edge.
 */
enum Location {
    MIDDLE("in the middle", 0, 0, false),
    LEFT("on the left", -1, 0, false),
    RIGHT("on the right", 1, 0, false),
    TOP("on the top", 0, -1, false),
    BOTTOM("at the bottom", 0, 1, false),
    UPPER_LEFT("on the upper left", -1, -1, false),
    UPPER_RIGHT("on the upper right", 1, -1, false),
    LOWER_LEFT("on the lower left", -1, 1, false),
    LOWER_RIGHT("on the lower right", 1, 1, false),
    FAR_LEFT("on the far left", -1, 0, true),
    FAR_RIGHT("on the far right", 1, 0, true);

    private static final double THIRD = SceneObject.FRAME / 3;

    /** How far inside a thing must lie for the sentence to be used of it. */
    private static final double CLEAR = 2.5;

    /** How far outside another thing must lie for the sentence not to be taken for it. */
    private static final double APART = 10;

    private final String phrase;
    private final double left;
    private final double right;
    private final double top;
    private final double bottom;

    Location(String phrase, int column, int row, boolean far) {
        this.phrase = phrase;
        double open = SceneObject.FRAME; // a cell at the frame's edge is open to the outside
        this.left = column < 0 ? -open : column == 0 ? THIRD : far ? 5 * THIRD / 2 : 2 * THIRD;
        this.right = column < 0 ? (far ? THIRD / 2 : THIRD) : column == 0 ? 2 * THIRD : 2 * open;
        this.top = row < 0 ? -open : row == 0 ? THIRD : 2 * THIRD;
        this.bottom = row < 0 ? THIRD : row == 0 ? 2 * THIRD : 2 * open;
    }

    String phrase() {
        return phrase;
    }

    /** Whether a thing whose middle is there is in this place. */
    boolean holds(SceneObject o) {
        return within(o, 0);
    }

    /** Whether nobody would doubt that it is. */
    boolean clearlyHolds(SceneObject o) {
        return within(o, CLEAR);
    }

    /** Whether nobody would think that it is. "On the left" is easily taken for any of the left column, and so on. */
    boolean clearlyFails(SceneObject o) {
        double x = o.centerX();
        double y = o.centerY();
        boolean sideways = left < 0 || right > SceneObject.FRAME;
        boolean upright = top < 0 || bottom > SceneObject.FRAME;
        boolean inColumn = x >= left - APART && x <= right + APART;
        boolean inRow = y >= top - APART && y <= bottom + APART;
        if (sideways && !upright) {
            return !inColumn;
        }
        if (upright && !sideways) {
            return !inRow;
        }
        return !(inColumn && inRow);
    }

    private boolean within(SceneObject o, double margin) {
        double x = o.centerX();
        double y = o.centerY();
        return x >= left + margin && x < right - margin && y >= top + margin && y < bottom - margin;
    }
}
