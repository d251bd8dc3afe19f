package dev.swath.fianet.synth;

import dev.swath.fianet.text.DatasetVocabulary;
import java.util.BitSet;
import java.util.List;

/**
 * All that is in a picture, as plain values, before a pixel is drawn.
 *
 * @param format whose classes and sentences apply
 * @param ground colour of what no object covers, 0xRRGGBB
 * @param air light and camera
 * @param objects from the lowest to the topmost: a later one hides an earlier one
 * @param textureSeed seed of textures and noise
 */
public record Scene(DatasetVocabulary format, int ground, Air air, List<SceneObject> objects, long textureSeed) {
    /** Copies the list. */
    public Scene {
        objects = List.copyOf(objects);
    }

    /**
     * Light and camera.
     *
     * @param sunX horizontal part of the shadow of something one unit high
     * @param sunY vertical part of that shadow
     * @param gain brightness, 1 is neutral
     * @param warmth red against blue, 0 is neutral
     * @param haze share of white laid over all, 0 to 1
     * @param blur weight of each neighbour in the blur of one pass, 0 to 0.25
     * @param noise standard deviation of the sensor's noise in levels of 255
     */
    public record Air(double sunX, double sunY, double gain, double warmth, double haze, double blur, double noise) {}

    /** Whether object {@code i} is {@code whole} or one of its parts. */
    public boolean belongs(int i, int whole) {
        for (int at = i; at >= 0; at = objects.get(at).parent()) {
            if (at == whole) {
                return true;
            }
        }
        return false;
    }

    /** Whether object {@code i} is one of those selected or a part of one. */
    boolean selected(int i, BitSet objects) {
        int at = i;
        while (at >= 0 && !objects.get(at)) {
            at = this.objects.get(at).parent();
        }
        return at >= 0;
    }
}
