package dev.swath.bench.peers;

/**
 * One batch of inputs.
 *
 * @param batch samples B
 * @param height image height H
 * @param width image width W
 * @param words words N of a sentence
 * @param image normalised pixels (B,3,H,W)
 * @param ids word pieces (B,N)
 * @param context 1 at real pieces (B,N)
 * @param object 1 at pieces of the object phrase (B,N)
 * @param position 1 at pieces of the position phrase (B,N)
 */
public record FiaNetInput(
        int batch,
        int height,
        int width,
        int words,
        float[] image,
        long[] ids,
        long[] context,
        long[] object,
        long[] position) {
    public FiaNetInput {
        check("image", image.length, batch * 3 * height * width);
        check("ids", ids.length, batch * words);
        check("context", context.length, batch * words);
        check("object", object.length, batch * words);
        check("position", position.length, batch * words);
    }

    private static void check(String name, int got, int wanted) {
        if (got != wanted) {
            throw new IllegalArgumentException(name + " must have " + wanted + " values but has " + got);
        }
    }
}
