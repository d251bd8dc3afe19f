package dev.swath.bench.checkpoint;

import java.util.List;

/**
 * One tensor of a state dict.
 *
 * @param name its dotted name
 * @param shape its sizes, empty for a scalar
 * @param role what it is, which decides its type and its noise
 */
public record StateEntry(String name, List<Integer> shape, Role role) {
    /** Axes of a kernel that is turned for each image; its first axis has size 1. */
    private static final int ROTATED_RANK = 5;

    /** What a tensor of the state dict is. */
    public enum Role {
        /** A matrix or a convolution kernel, first axis the outputs. */
        WEIGHT,
        /** An additive vector behind a matrix or a kernel. */
        BIAS,
        /** A row-per-word table. */
        EMBEDDING,
        /** Learnt additive scores of window attention by relative position. */
        BIAS_TABLE,
        /** Scale of a layer norm or batch norm. */
        NORM_WEIGHT,
        /** Shift of a layer norm or batch norm. */
        NORM_BIAS,
        /** Index into the bias table (int64 buffer). */
        POSITION_INDEX,
        /** Running mean of a batch norm (buffer). */
        RUNNING_MEAN,
        /** Running variance of a batch norm (buffer). */
        RUNNING_VARIANCE,
        /** Batches that a batch norm has seen (int64 scalar buffer). */
        BATCH_COUNT
    }

    public StateEntry {
        shape = List.copyOf(shape);
    }

    /** Number of values. */
    public int size() {
        return shape.stream().reduce(1, Math::multiplyExact);
    }

    /** Whether it holds 64-bit integers; everything else is f32. */
    public boolean isInteger() {
        return role == Role.POSITION_INDEX || role == Role.BATCH_COUNT;
    }

    /** Whether it is trained, as opposed to a buffer. */
    public boolean isParameter() {
        return !isInteger() && role != Role.RUNNING_MEAN && role != Role.RUNNING_VARIANCE;
    }

    /** Inputs that one output value sums over: the product of all sizes but the first, of a kernel per turn but the first two. */
    public int fanIn() {
        if (shape.size() == ROTATED_RANK) {
            return size() / shape.getFirst() / shape.get(1);
        }
        return shape.size() < 2 ? 1 : size() / shape.getFirst();
    }
}
