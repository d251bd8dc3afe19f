package dev.swath.autograd;

/** A registered hook; closing it takes it away again. */
@FunctionalInterface
public interface Hook extends AutoCloseable {
    @Override
    void close();
}
