package dev.swath.autograd;

import dev.swath.tensor.Tensor;
import java.util.List;

/** Watches a pass: progress, cancellation, traces, summaries. Throwing from a method ends the pass. */
public interface TapeListener {
    /** A module begins; {@code path} is its full name. */
    default void onEnter(String path) {}

    /**
     * A module, or a part of one, is about to end with these results; {@link #onExit} follows. On an inference tape their memory is
     * used again soon after: copy what is to be kept.
     */
    default void onResult(String path, List<Var> results) {}

    /** A module ends. */
    default void onExit(String path) {}

    /** An op has run in the module at {@code path} with so many multiplications and additions. */
    default void onOp(String op, String path, Tensor output, long flops) {}

    /** Whether {@link #onCall} is to be called; asked once, when the tape is made. */
    default boolean wantsCalls() {
        return false;
    }

    /**
     * An op has run; told after {@link #onOp}, to those who want it. On an inference tape a listener may overwrite the elements of a
     * result that {@linkplain OpCall#isFresh is not a view}, and the pass goes on with them.
     */
    default void onCall(OpCall call) {}

    /** The backward pass has run the gradient of an op that was recorded in the module at {@code path}. */
    default void onBackward(String op, String path) {}
}
