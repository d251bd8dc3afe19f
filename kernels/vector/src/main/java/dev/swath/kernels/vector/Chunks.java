package dev.swath.kernels.vector;

import dev.swath.kernels.Execution;

/** Cuts work into numbered pieces whose bounds depend on its size alone, never on the number of threads. */
final class Chunks {
    /** Elements of one piece of elementwise work: enough to hide the start of a task, few enough for the second cache. */
    static final int ELEMENTS = 1 << 15;

    /** Rows that are summed up in f32 before the sums of such pieces are added in f64. */
    static final int SUMMED_ROWS = 256;

    private Chunks() {}

    /** One piece, from (inclusive) to (exclusive). */
    interface Body {
        void run(int from, int to);
    }

    /** Pieces of {@link #ELEMENTS} of n elements. */
    static void elements(int n, Execution on, Body body) {
        pieces(n, ELEMENTS, on, body);
    }

    /** Pieces of n rows that hold about {@link #ELEMENTS}. */
    static void rows(int n, long rowSize, Execution on, Body body) {
        pieces(n, (int) Math.max(1, ELEMENTS / Math.max(1, rowSize)), on, body);
    }

    /** Pieces of {@code size} of n. */
    static void pieces(int n, int size, Execution on, Body body) {
        on.forEach(Math.ceilDiv(n, size), i -> body.run(i * size, Math.min(n, (i + 1) * size)));
    }

    /** Number of pieces of {@link #SUMMED_ROWS}. */
    static int summed(int rows) {
        return Math.ceilDiv(rows, SUMMED_ROWS);
    }
}
