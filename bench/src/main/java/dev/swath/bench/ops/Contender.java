package dev.swath.bench.ops;

/** One engine ready to do one operation again and again on inputs that it already holds in its own memory and layout. */
public interface Contender extends AutoCloseable {
    /** Does the operation once. */
    void run();

    /** What the last run computed, copied out in the layout of the operation's case. */
    float[] result();

    @Override
    void close();
}
