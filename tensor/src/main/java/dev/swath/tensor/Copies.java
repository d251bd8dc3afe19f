package dev.swath.tensor;

import java.lang.foreign.MemorySegment;

/** Copying and casting between views of any layout and element type. */
final class Copies {
    private Copies() {}

    static void copy(Tensor from, Tensor to) {
        if (from.elements() == 0) {
            return;
        }
        if (from.storage() instanceof OpaqueStorage opaque) {
            copy(Tensor.over(opaque.toHost(), from.shape(), 0), to);
            return;
        }
        if (!(from.storage() instanceof HostStorage source) || !(to.storage() instanceof HostStorage target)) {
            throw new TensorException("copy", "the target must be in processor memory", to.describe());
        }
        if (from.isContiguous() && to.isContiguous()) {
            run(source, from.offset(), 1, target, to.offset(), 1, Math.toIntExact(from.elements()));
            return;
        }
        walk(from, source, from.offset(), to, target, to.offset(), 0);
    }

    private static void walk(Tensor from, HostStorage source, long f, Tensor to, HostStorage target, long t, int axis) {
        if (axis >= from.rank() - 1) {
            int n = from.rank() == 0 ? 1 : from.dim(-1);
            long sf = from.rank() == 0 ? 1 : from.stride(-1);
            long st = to.rank() == 0 ? 1 : to.stride(-1);
            run(source, f, sf, target, t, st, n);
            return;
        }
        for (int i = 0; i < from.dim(axis); i++) {
            walk(from, source, f + i * from.stride(axis), to, target, t + i * to.stride(axis), axis + 1);
        }
    }

    /** One line of elements with constant strides; the common pairs run on arrays. */
    private static void run(HostStorage source, long f, long fs, HostStorage target, long t, long ts, int n) {
        switch (source) {
            case HostStorage.Floats s
            when target instanceof HostStorage.Floats d -> {
                if (fs == 1 && ts == 1) {
                    System.arraycopy(s.array(), (int) f, d.array(), (int) t, n);
                } else {
                    for (int i = 0; i < n; i++) {
                        d.array()[(int) (t + i * ts)] = s.array()[(int) (f + i * fs)];
                    }
                }
            }
            case HostStorage.Bytes s
            when target instanceof HostStorage.Floats d && ts == 1 && fs == 1 -> fromBytes(s, f, d.array(), (int) t, n);
            case HostStorage s
            when s.dtype().isFloating() -> {
                for (int i = 0; i < n; i++) {
                    target.setDouble(t + i * ts, s.getDouble(f + i * fs));
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    target.setLong(t + i * ts, source.getLong(f + i * fs));
                }
            }
        }
    }

    private static void fromBytes(HostStorage.Bytes source, long from, float[] target, int to, int n) {
        MemorySegment segment = source.segment();
        switch (source.dtype()) {
            case F32 -> MemorySegment.copy(segment, Layouts.F32, from * 4, target, to, n);
            case BF16 -> {
                for (int i = 0; i < n; i++) {
                    target[to + i] = Float.intBitsToFloat(segment.get(Layouts.I16, (from + i) * 2) << 16);
                }
            }
            case F16 -> {
                for (int i = 0; i < n; i++) {
                    target[to + i] = Float.float16ToFloat(segment.get(Layouts.I16, (from + i) * 2));
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    target[to + i] = (float) source.getDouble(from + i);
                }
            }
        }
    }

    static MemorySegment toBytes(Tensor tensor) {
        if (tensor.storage() instanceof HostStorage.Bytes bytes && tensor.isContiguous()) {
            int width = tensor.dtype().bytes();
            return bytes.segment().asSlice(tensor.offset() * width, tensor.elements() * width);
        }
        long size = tensor.elements() * tensor.dtype().bytes();
        if (size > Integer.MAX_VALUE - 8) {
            throw new TensorException("bytes", "at most 2147483639 bytes can be copied at once", tensor.describe());
        }
        MemorySegment out = MemorySegment.ofArray(new byte[(int) size]);
        Tensor.over(new HostStorage.Bytes(tensor.dtype(), out), tensor.shape(), 0)
                .copyFrom(tensor);
        return out;
    }
}
