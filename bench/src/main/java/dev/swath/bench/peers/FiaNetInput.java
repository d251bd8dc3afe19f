package dev.swath.bench.peers;

import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;

/**
 * One batch of inputs.
 *
 * @param image normalised pixels (B,3,H,W), f32
 * @param ids word pieces (B,N), i64
 * @param context 1 at real pieces (B,N), i64
 * @param object 1 at pieces of the object phrase (B,N), i64
 * @param position 1 at pieces of the position phrase (B,N), i64
 */
public record FiaNetInput(Tensor image, Tensor ids, Tensor context, Tensor object, Tensor position) {
    public FiaNetInput {
        if (image.rank() != 4 || image.dim(1) != 3) {
            throw new IllegalArgumentException("image must be (B,3,H,W) but has " + image.shape());
        }
        Shape text = Shape.of(image.dim(0), ids.dim(ids.rank() - 1));
        check("ids", ids, text);
        check("context", context, text);
        check("object", object, text);
        check("position", position, text);
    }

    private static void check(String name, Tensor got, Shape wanted) {
        if (!got.shape().equals(wanted)) {
            throw new IllegalArgumentException(name + " must have shape " + wanted + " but has " + got.shape());
        }
    }

    /** Samples B. */
    public int batch() {
        return image.dim(0);
    }

    /** Image height H. */
    public int height() {
        return image.dim(2);
    }

    /** Image width W. */
    public int width() {
        return image.dim(3);
    }

    /** Words N of a sentence. */
    public int words() {
        return ids.dim(1);
    }
}
