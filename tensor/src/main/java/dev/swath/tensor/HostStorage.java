package dev.swath.tensor;

import java.lang.foreign.MemorySegment;

/** Elements that the processor reads one by one. Nothing needs to be closed: the garbage collector frees them. */
public abstract sealed class HostStorage extends Storage
        permits HostStorage.Floats, HostStorage.Doubles, HostStorage.Longs, HostStorage.Bytes {
    HostStorage(DType dtype, long size) {
        super(dtype, size);
    }

    /** A fresh storage of zeros. */
    public static HostStorage allocate(DType dtype, long size) {
        if (size > Integer.MAX_VALUE - 8) {
            throw new TensorException("allocate", "a storage holds at most 2147483639 elements", Long.toString(size));
        }
        return switch (dtype) {
            case F32 -> new Floats(new float[(int) size]);
            case F64 -> new Doubles(new double[(int) size]);
            case I64 -> new Longs(new long[(int) size]);
            default -> new Bytes(dtype, MemorySegment.ofArray(new byte[Math.multiplyExact((int) size, dtype.bytes())]));
        };
    }

    /** Element {@code i}, widened. */
    public abstract double getDouble(long i);

    /** Sets element {@code i}, rounded to the element type. */
    public abstract void setDouble(long i, double value);

    /** Element {@code i} as an integer; fractions are cut off. */
    public abstract long getLong(long i);

    /** Sets element {@code i}; integer types keep the low bits. */
    public abstract void setLong(long i, long value);

    @Override
    public final Device device() {
        return Device.CPU;
    }

    @Override
    final String where() {
        return "on cpu";
    }

    /** f32 elements in a Java array, which may be longer than needed. */
    public static final class Floats extends HostStorage {
        private final float[] array;

        /** Wraps the array; it is not copied. */
        public Floats(float[] array) {
            super(DType.F32, array.length);
            this.array = array;
        }

        /** The array itself. */
        public float[] array() {
            return array;
        }

        @Override
        public double getDouble(long i) {
            return array[(int) i];
        }

        @Override
        public void setDouble(long i, double value) {
            array[(int) i] = (float) value;
        }

        @Override
        public long getLong(long i) {
            return (long) array[(int) i];
        }

        @Override
        public void setLong(long i, long value) {
            array[(int) i] = value;
        }
    }

    /** f64 elements in a Java array. */
    public static final class Doubles extends HostStorage {
        private final double[] array;

        /** Wraps the array; it is not copied. */
        public Doubles(double[] array) {
            super(DType.F64, array.length);
            this.array = array;
        }

        /** The array itself. */
        public double[] array() {
            return array;
        }

        @Override
        public double getDouble(long i) {
            return array[(int) i];
        }

        @Override
        public void setDouble(long i, double value) {
            array[(int) i] = value;
        }

        @Override
        public long getLong(long i) {
            return (long) array[(int) i];
        }

        @Override
        public void setLong(long i, long value) {
            array[(int) i] = value;
        }
    }

    /** i64 elements in a Java array. */
    public static final class Longs extends HostStorage {
        private final long[] array;

        /** Wraps the array; it is not copied. */
        public Longs(long[] array) {
            super(DType.I64, array.length);
            this.array = array;
        }

        /** The array itself. */
        public long[] array() {
            return array;
        }

        @Override
        public double getDouble(long i) {
            return array[(int) i];
        }

        @Override
        public void setDouble(long i, double value) {
            array[(int) i] = (long) value;
        }

        @Override
        public long getLong(long i) {
            return array[(int) i];
        }

        @Override
        public void setLong(long i, long value) {
            array[(int) i] = value;
        }
    }

    /** Little-endian elements of any type in a memory segment: a mapped file, native memory or a byte array. */
    public static final class Bytes extends HostStorage {
        private final MemorySegment segment;

        /** Wraps the segment; it is not copied. The segment's length must be a multiple of the element size. */
        public Bytes(DType dtype, MemorySegment segment) {
            super(dtype, segment.byteSize() / dtype.bytes());
            if (segment.byteSize() % dtype.bytes() != 0) {
                throw new TensorException(
                        "storage",
                        "the length must be a multiple of " + dtype.bytes() + " bytes",
                        segment.byteSize() + " bytes");
            }
            this.segment = segment;
        }

        /** The memory itself. */
        public MemorySegment segment() {
            return segment;
        }

        @Override
        public double getDouble(long i) {
            return switch (dtype()) {
                case F32 -> segment.get(Layouts.F32, i * 4);
                case F64 -> segment.get(Layouts.F64, i * 8);
                case F16 -> Float.float16ToFloat(segment.get(Layouts.I16, i * 2));
                case BF16 -> Float.intBitsToFloat(segment.get(Layouts.I16, i * 2) << 16);
                default -> getLong(i);
            };
        }

        @Override
        public void setDouble(long i, double value) {
            switch (dtype()) {
                case F32 -> segment.set(Layouts.F32, i * 4, (float) value);
                case F64 -> segment.set(Layouts.F64, i * 8, value);
                case F16 -> segment.set(Layouts.I16, i * 2, Float.floatToFloat16((float) value));
                case BF16 -> segment.set(Layouts.I16, i * 2, Layouts.toBfloat16((float) value));
                default -> setLong(i, (long) value);
            }
        }

        @Override
        public long getLong(long i) {
            return switch (dtype()) {
                case I64 -> segment.get(Layouts.I64, i * 8);
                case I32 -> segment.get(Layouts.I32, i * 4);
                case I16 -> segment.get(Layouts.I16, i * 2);
                case I8 -> segment.get(Layouts.I8, i);
                case U8, BOOL -> segment.get(Layouts.I8, i) & 0xff;
                default -> (long) getDouble(i);
            };
        }

        @Override
        public void setLong(long i, long value) {
            switch (dtype()) {
                case I64 -> segment.set(Layouts.I64, i * 8, value);
                case I32 -> segment.set(Layouts.I32, i * 4, (int) value);
                case I16 -> segment.set(Layouts.I16, i * 2, (short) value);
                case I8, U8 -> segment.set(Layouts.I8, i, (byte) value);
                case BOOL -> segment.set(Layouts.I8, i, (byte) (value != 0 ? 1 : 0));
                default -> setDouble(i, value);
            }
        }
    }
}
