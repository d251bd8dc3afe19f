package dev.swath.fianet.synth;

/** Colours of plants and soil at one time of the year. */
enum Season {
    SPRING(0x6FA355, 0x3F7F3A, 0xA08A66),
    SUMMER(0x5E8F49, 0x2F6B34, 0xA8916A),
    LATE_SUMMER(0x8A9650, 0x47713A, 0xB59C70),
    AUTUMN(0x8B8A4E, 0x9A6A2E, 0x9C8160),
    DRY(0xA79C64, 0x5D7040, 0xBFA67A);

    private final int lawn;
    private final int crown;
    private final int soil;

    Season(int lawn, int crown, int soil) {
        this.lawn = lawn;
        this.crown = crown;
        this.soil = soil;
    }

    int lawn(Dice dice) {
        return Colours.jitter(lawn, dice, 9);
    }

    int crown(Dice dice) {
        return Colours.jitter(crown, dice, 16);
    }

    int soil(Dice dice) {
        return Colours.jitter(soil, dice, 10);
    }

    static Season of(Dice dice) {
        return values()[dice.weighted(1, 1.4, 0.8, 0.7, 0.5)];
    }

    /** Light of a scene: the sun may stand anywhere at middling height. */
    static Scene.Air air(Dice dice) {
        double azimuth = dice.range(0, 2 * Math.PI);
        double length = dice.range(0.45, 0.95);
        return new Scene.Air(
                length * Math.cos(azimuth),
                length * Math.sin(azimuth),
                dice.range(0.86, 1.08),
                dice.range(-0.035, 0.045),
                dice.chance(0.3) ? dice.range(0.02, 0.1) : 0,
                dice.range(0.02, 0.1),
                dice.range(1, 4.5));
    }
}
