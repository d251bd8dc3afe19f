package dev.swath.fianet.data;

import dev.swath.tensor.Tensor;
import java.util.List;

/**
 * Samples as the network takes them.
 *
 * @param image (B, S, S, 3), normalised, f32
 * @param ids (B, N) WordPiece ids, i64
 * @param context (B, N), 1 for each real piece, f32
 * @param object (B, N), 1 for the object's pieces, f32
 * @param position (B, N), 1 for the position's pieces, f32
 * @param target (B, S, S), 1 for the object, else 0, i64
 * @param samples names of the samples
 * @param sentences of the samples
 */
public record Batch(
        Tensor image,
        Tensor ids,
        Tensor context,
        Tensor object,
        Tensor position,
        Tensor target,
        List<String> samples,
        List<String> sentences) {
    /** Copies the lists. */
    public Batch {
        samples = List.copyOf(samples);
        sentences = List.copyOf(sentences);
    }

    /** The target of one sample as a mask of S x S pixels. */
    public Mask mask(int sample) {
        long[] values = target.select(0, sample).toLongArray();
        byte[] out = new byte[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) values[i];
        }
        return new Mask(target.dim(2), target.dim(1), out);
    }
}
