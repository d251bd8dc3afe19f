package dev.swath.kernels;

/**
 * Work of a backend that was recorded once and can be run again: the same kernels, with the same arguments, on the same
 * memory, whose content may have changed. What was allocated while it was recorded stays taken until it is closed.
 */
public interface Recorded extends AutoCloseable {
    /** Gives the work to the backend again, after what it was given before. */
    void run();

    @Override
    void close();
}
