package dev.swath.tensor;

import java.lang.foreign.MemorySegment;

/** Copying and casting between views of any layout and element type. */
final class Copies {
    private Copies() {}

    static void copy(Tensor from, Tensor to) {
        if (from.elements() == 0) {
            return;
        }
        Tensor source = readable("copy", from);
        switch (to.storage()) {
            case HostStorage target -> withinHost(source, (HostStorage) source.storage(), to, target);
            case DeviceStorage target -> toDevice(source, to, target);
            case PackedStorage _ ->
                throw new TensorException("copy", "a packed weight cannot be written to", to.describe());
            case AbsentStorage absent ->
                throw new TensorException("copy", absent.reason().rule(), to.describe());
        }
    }

    /** The same elements over processor memory: the tensor itself, or a copy of what it spans, with its strides. */
    static Tensor readable(String operation, Tensor x) {
        return switch (x.storage()) {
            case HostStorage _ -> x;
            case DeviceStorage device -> {
                HostStorage span = HostStorage.allocate(x.dtype(), span(x));
                device.read(x.offset(), span, 0, span.size());
                yield Tensor.strided(span, x.shape(), x.strides(), 0);
            }
            case PackedStorage packed -> Tensor.over(packed.unpack(), x.shape(), 0);
            case AbsentStorage absent ->
                throw new TensorException(operation, absent.reason().rule(), x.describe());
        };
    }

    /** Distance from the first element to behind the last, in elements. */
    private static long span(Tensor x) {
        long last = 0;
        for (int i = 0; i < x.rank(); i++) {
            last += x.stride(i) * (x.dim(i) - 1);
        }
        return x.elements() == 0 ? 0 : last + 1;
    }

    private static void toDevice(Tensor from, Tensor to, DeviceStorage target) {
        HostStorage span = HostStorage.allocate(to.dtype(), span(to));
        if (span.size() != to.elements()) {
            target.read(to.offset(), span, 0, span.size()); // What lies between the view's elements stays as it is.
        }
        withinHost(from, (HostStorage) from.storage(), Tensor.strided(span, to.shape(), to.strides(), 0), span);
        target.write(span, 0, to.offset(), span.size());
    }

    private static void withinHost(Tensor from, HostStorage source, Tensor to, HostStorage target) {
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
            case HostStorage.Floats s
            when target instanceof HostStorage.Bytes d && ts == 1 && fs == 1 -> toBytes(s.array(), (int) f, d, t, n);
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

    private static void toBytes(float[] source, int from, HostStorage.Bytes target, long to, int n) {
        MemorySegment segment = target.segment();
        switch (target.dtype()) {
            case F32 -> MemorySegment.copy(source, from, segment, Layouts.F32, to * 4, n);
            case BF16 -> {
                for (int i = 0; i < n; i++) {
                    segment.set(Layouts.I16, (to + i) * 2, Layouts.toBfloat16(source[from + i]));
                }
            }
            case F16 -> {
                for (int i = 0; i < n; i++) {
                    segment.set(Layouts.I16, (to + i) * 2, Float.floatToFloat16(source[from + i]));
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    target.setDouble(to + i, source[from + i]);
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

    static MemorySegment toBytes(Tensor any) {
        Tensor tensor = readable("to_bytes", any);
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
