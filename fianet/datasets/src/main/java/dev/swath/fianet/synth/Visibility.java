package dev.swath.fianet.synth;

import java.util.ArrayList;
import java.util.List;

/**
 * Which things of a scene with RRSIS-D's classes can be spoken of.
 *
 * @param named numbers of the objects of a category of which anything can be seen
 * @param clear of each object of the scene, whether it can be seen well enough to be what a sentence selects; not copied
 */
record Visibility(List<Integer> named, boolean[] clear) {
    /** Share of its pixels that must be visible for a thing to be spoken of. */
    private static final double MIN_VISIBLE = 0.6;

    /** Share of the frame that a thing must cover to be what a sentence selects. */
    private static final double MIN_SHARE = 0.0045;

    /** In the picture with these {@linkplain SceneRenderer#ids numbers}. */
    static Visibility of(Scene scene, int[] ids) {
        int n = scene.objects().size();
        List<Integer> named = new ArrayList<>();
        boolean[] clear = new boolean[n];
        int[] pixels = new int[n];
        for (int id : ids) {
            for (int at = id; at >= 0; at = scene.objects().get(at).parent()) {
                pixels[at]++;
            }
        }
        double unit = ids.length / (SceneObject.FRAME * SceneObject.FRAME);
        for (int i = 0; i < n; i++) {
            SceneObject o = scene.objects().get(i);
            if (!o.kind().category().isEmpty() && pixels[i] > 0) {
                named.add(i);
                clear[i] =
                        pixels[i] >= MIN_SHARE * ids.length && pixels[i] >= MIN_VISIBLE * Area.of(o.outline()) * unit;
            }
        }
        return new Visibility(named, clear);
    }
}
