package dev.swath.fianet.synth;

import java.util.List;
import java.util.Map;

/** Colours by word, and small arithmetic on 0xRRGGBB. */
final class Colours {
    static final int WHITE = 0xECEAE4;
    static final int ASPHALT = 0x5E6064;
    static final int CONCRETE = 0xB9B6AC;
    static final int PAINT = 0xF2F0E8;
    static final int GLASS = 0x1C242E;
    static final int DIRT = 0xC98A4B;
    static final int LAWN = 0x5B9A48;

    private static final Map<String, int[]> BY_WORD = Map.of(
            "gray", new int[] {0x85878A, 0x8F8E8C, 0x797C82},
            "red", new int[] {0xC2272B, 0xB5222F, 0xCC332C},
            "blue", new int[] {0x2456C4, 0x2F66CE, 0x1F4AA8},
            "green", new int[] {0x2E8B4A, 0x27814A, 0x3B9550},
            "orange", new int[] {0xE88A26, 0xEE9630, 0xE08020},
            "yellow", new int[] {0xE9C42D, 0xF0CE3C},
            "black", new int[] {0x26282C, 0x303136},
            "white", new int[] {0xECEAE4, 0xF4F3EF, 0xE2E2DE});

    private Colours() {}

    /** A shade of the colour that the word names. */
    static int of(String word, Dice dice) {
        int[] shades = BY_WORD.get(word);
        if (shades == null) {
            throw new IllegalArgumentException("[synth] a colour must have a shade; got " + word);
        }
        return jitter(dice.pick(shades), dice, 8);
    }

    /** The first colour of "green and orange" and the like is the body's, the second the accent's. */
    static List<String> parts(String word) {
        return List.of(word.split(" and "));
    }

    static int jitter(int rgb, Dice dice, double amount) {
        double shift = dice.range(-amount, amount);
        return rgb(
                red(rgb) + shift + dice.range(-amount / 3, amount / 3),
                green(rgb) + shift + dice.range(-amount / 3, amount / 3),
                blue(rgb) + shift + dice.range(-amount / 3, amount / 3));
    }

    static int mix(int a, int b, double share) {
        return rgb(
                red(a) + share * (red(b) - red(a)),
                green(a) + share * (green(b) - green(a)),
                blue(a) + share * (blue(b) - blue(a)));
    }

    /** Darker below 1, lighter above. */
    static int shade(int rgb, double factor) {
        return rgb(red(rgb) * factor, green(rgb) * factor, blue(rgb) * factor);
    }

    static int rgb(double red, double green, double blue) {
        return clamp(red) << 16 | clamp(green) << 8 | clamp(blue);
    }

    static int clamp(double v) {
        return v < 0 ? 0 : v > 255 ? 255 : (int) (v + 0.5);
    }

    static int red(int rgb) {
        return rgb >> 16 & 0xff;
    }

    static int green(int rgb) {
        return rgb >> 8 & 0xff;
    }

    static int blue(int rgb) {
        return rgb & 0xff;
    }
}
