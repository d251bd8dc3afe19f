package dev.swath.kernels.cuda;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A structure that a kernel takes by value: its fields in order, each of which must lie where a C compiler would put it. */
final class Structure {
    private final ByteBuffer bytes;

    /** Of that many bytes in all. */
    Structure(int size) {
        bytes = ByteBuffer.wrap(new byte[size]).order(ByteOrder.nativeOrder());
    }

    Structure i32(int... values) {
        for (int v : values) {
            bytes.putInt(v);
        }
        return this;
    }

    Structure i64(long... values) {
        if (bytes.position() % Long.BYTES != 0) {
            throw new IllegalStateException("a long must lie at a multiple of 8; this one at " + bytes.position());
        }
        for (long v : values) {
            bytes.putLong(v);
        }
        return this;
    }

    Structure f32(double... values) {
        for (double v : values) {
            bytes.putFloat((float) v);
        }
        return this;
    }

    /** The structure, which must be complete. */
    MemorySegment end() {
        if (bytes.hasRemaining()) {
            throw new IllegalStateException("the last " + bytes.remaining() + " bytes of a structure are missing");
        }
        return MemorySegment.ofArray(bytes.array());
    }
}
