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
 */
public record Batch(
        Tensor image, Tensor ids, Tensor context, Tensor object, Tensor position, Tensor target, List<String> samples) {
    /** Copies the list. */
    public Batch {
        samples = List.copyOf(samples);
    }
}
