package dev.swath.autograd;

import dev.swath.tensor.Tensor;

/** Watches a pass: progress, cancellation, traces, summaries. Throwing from a method ends the pass. */
public interface TapeListener {
    /** A module begins; {@code path} is its full name. */
    default void onEnter(String path) {}

    /** A module ends. */
    default void onExit(String path) {}

    /** An op has run in the module at {@code path} with so many multiplications and additions. */
    default void onOp(String op, String path, Tensor output, long flops) {}

    /** The backward pass has run the gradient of an op that was recorded in the module at {@code path}. */
    default void onBackward(String op, String path) {}
}
