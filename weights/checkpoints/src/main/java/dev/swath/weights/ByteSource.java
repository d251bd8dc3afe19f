package dev.swath.weights;

/** The bytes of one storage, read by position; quickest in ascending order. */
interface ByteSource extends AutoCloseable {
    /** Fills {@code into[offset .. offset + length)} from byte {@code from} of the storage on. */
    void read(long from, byte[] into, int offset, int length);

    @Override
    void close();
}
