package dev.swath.fianet.model;

/**
 * What a network can take.
 *
 * @param vocabulary ids lie in [0, vocabulary)
 * @param positions most ids of a sentence
 * @param textLayers layers of the text encoder that may be trained or left as they are; 0 if it has none such
 * @param smallestImage smallest side of a square image in pixels
 * @param largestImage largest side
 * @param why why other images are refused, in words that follow a comma; may be empty
 */
public record Limits(int vocabulary, int positions, int textLayers, int smallestImage, int largestImage, String why) {
    /** Side of an image that no network should be asked for more than. */
    public static final int LARGEST_IMAGE = 8192;
}
