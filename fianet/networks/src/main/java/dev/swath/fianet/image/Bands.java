package dev.swath.fianet.image;

/**
 * Which bands of an image are taken for its colours, counted from 1 as mapping programs count them.
 *
 * @param red the band that becomes red
 * @param green the band that becomes green
 * @param blue the band that becomes blue
 */
public record Bands(int red, int green, int blue) {
    /** Checks. */
    public Bands {
        if (red < 1 || green < 1 || blue < 1) {
            throw new ImageException("[image] bands are counted from 1; got " + red + ", " + green + " and " + blue);
        }
    }

    /** The largest of the three. */
    public int last() {
        return Math.max(red, Math.max(green, blue));
    }
}
