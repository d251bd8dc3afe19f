package dev.swath.fianet.synth;

/**
 * Size words of RRSIS-D's sentences, by the width of a thing against its kind's {@linkplain #typicalWidth typical width}:
 * tiny below 0.66, small below 0.86, no word up to 1.18, large below 1.52, huge from there on.
 */
enum SizeWord {
    TINY("tiny", 0.58, 0.63, -1),
    SMALL("small", 0.69, 0.79, -1),
    NONE("", 0.92, 1.1, 0),
    LARGE("large", 1.27, 1.42, 1),
    HUGE("huge", 1.6, 1.75, 1);

    private final String word;
    private final double from;
    private final double to;
    private final int side;

    SizeWord(String word, double from, double to, int side) {
        this.word = word;
        this.from = from;
        this.to = to;
        this.side = side;
    }

    /** How much larger vehicles are drawn than in street scenes, so that they can be seen beside stadiums. */
    static final double VEHICLE_SCALE = 1.2;

    /** Typical width of a kind in RRSIS-D's scenes, percent of the frame's side. */
    static double typicalWidth(Kind kind) {
        return kind.vehicle() ? VEHICLE_SCALE * kind.width() : kind.width();
    }

    String word() {
        return word;
    }

    /** A ratio well inside the word's range. */
    double ratio(Dice dice) {
        return dice.range(from, to);
    }

    static SizeWord of(String word) {
        for (SizeWord s : values()) {
            if (s.word.equals(word)) {
                return s;
            }
        }
        throw new IllegalArgumentException("[synth] a size word must be tiny, small, large or huge; got " + word);
    }

    /** Whether a thing of this size could be taken for one of the other: tiny and small are easily mixed up. */
    boolean resembles(SizeWord other) {
        return side == other.side;
    }
}
