package dev.swath.weights;

import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import dev.swath.weights.TorchCheckpoint.TensorRef;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads what a strided view shows of a storage. A view that takes a good part of a stretch is read with what lies between;
 * one that picks from a large storage is gathered, so that time and memory go by what is shown. Repeated axes (stride 0)
 * are read once and stay repeated.
 */
final class StridedReader {
    /** A stretch of so many elements is read whole, and one that is shown to a quarter. */
    private static final long SMALL = 1 << 18;

    private static final int MAX_GAP_SHARE = 4;
    private static final int BLOCK = 1 << 18;

    /** One axis: extent and stride in the storage, and the stride in what is read. */
    private record Axis(int extent, long stride, long target) {}

    private final ByteSource source;
    private final int width;
    private final long base;
    private final byte[] out;
    private final List<Axis> axes;
    private final byte[] block;

    private StridedReader(ByteSource source, TensorRef ref, byte[] out, List<Axis> axes) {
        this.source = source;
        this.width = ref.dtype().bytes();
        this.base = ref.from() + ref.offset() * width;
        this.out = out;
        this.axes = axes;
        this.block = new byte[BLOCK];
    }

    /** Elements of the storage from the first to the last that is shown. */
    static long span(TensorRef ref) {
        if (ref.shape().elements() == 0) {
            return 0;
        }
        long last = 0;
        for (int i = 0; i < ref.strides().length; i++) {
            last += ref.strides()[i] * (ref.shape().dim(i) - 1L);
        }
        return last + 1;
    }

    /** Whether the view is read with what lies between its elements. */
    static boolean isDense(TensorRef ref) {
        long span = span(ref);
        return span <= SMALL || span / MAX_GAP_SHARE <= shown(ref);
    }

    /** Elements that are shown, repeated ones once; at most the largest number. */
    private static long shown(TensorRef ref) {
        long n = 1;
        for (int i = 0; i < ref.strides().length; i++) {
            int extent = ref.strides()[i] == 0 ? 1 : ref.shape().dim(i);
            if (n > Long.MAX_VALUE / Math.max(1, extent)) {
                return Long.MAX_VALUE;
            }
            n *= extent;
        }
        return n;
    }

    static Tensor read(Path file, ByteSource source, TensorRef ref) {
        boolean dense = isDense(ref);
        long elements = dense ? span(ref) : shown(ref);
        Safetensors.requireMemory(file, elements, ref.dtype());
        byte[] bytes = new byte[(int) (elements * ref.dtype().bytes())];
        if (dense) {
            source.read(ref.from() + ref.offset() * ref.dtype().bytes(), bytes, 0, bytes.length);
            return over(ref, bytes, ref.strides());
        }
        long[] strides = new long[ref.strides().length];
        List<Axis> axes = new ArrayList<>();
        long stride = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            if (ref.strides()[i] != 0) {
                strides[i] = stride;
                axes.add(new Axis(ref.shape().dim(i), ref.strides()[i], stride));
                stride *= ref.shape().dim(i);
            }
        }
        axes.sort(Comparator.comparingLong(Axis::stride).reversed());
        new StridedReader(source, ref, bytes, axes).gather(0, 0, 0);
        return over(ref, bytes, strides);
    }

    private static Tensor over(TensorRef ref, byte[] bytes, long[] strides) {
        Shape shape = ref.shape();
        return Tensor.strided(new HostStorage.Bytes(ref.dtype(), MemorySegment.ofArray(bytes)), shape, strides, 0);
    }

    /** From the axis {@code depth} on, in the order of the storage; {@code from} and {@code to} are elements. */
    private void gather(int depth, long from, long to) {
        if (depth == axes.size()) {
            source.read(base + from * width, out, Math.toIntExact(to * width), width);
            return;
        }
        Axis axis = axes.get(depth);
        long inner = 1;
        for (Axis a : axes.subList(depth + 1, axes.size())) {
            inner += a.stride * (a.extent - 1L);
        }
        int fit = BLOCK / width;
        if (inner > fit) {
            for (int i = 0; i < axis.extent; i++) {
                gather(depth + 1, from + i * axis.stride, to + i * axis.target);
            }
            return;
        }
        int together = (int) Math.min(axis.extent, 1 + (fit - inner) / axis.stride);
        for (int i = 0; i < axis.extent; i += together) {
            int n = Math.min(together, axis.extent - i);
            int length = (int) ((n - 1) * axis.stride + inner);
            source.read(base + (from + i * axis.stride) * width, block, 0, length * width);
            for (int j = 0; j < n; j++) {
                pick(depth + 1, (int) (j * axis.stride), to + (i + j) * axis.target);
            }
        }
    }

    /** The same out of the block. */
    private void pick(int depth, int from, long to) {
        if (depth == axes.size()) {
            System.arraycopy(block, from * width, out, (int) (to * width), width);
            return;
        }
        Axis axis = axes.get(depth);
        if (depth == axes.size() - 1 && axis.stride == 1 && axis.target == 1) {
            System.arraycopy(block, from * width, out, (int) (to * width), axis.extent * width);
            return;
        }
        for (int i = 0; i < axis.extent; i++) {
            pick(depth + 1, from + (int) (i * axis.stride), to + i * axis.target);
        }
    }
}
