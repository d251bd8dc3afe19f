package dev.swath.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A view of a {@link Storage}: shape, strides and offset. Tensors are cheap, several may share one storage, and none
 * needs to be closed. Views ({@link #reshape}, {@link #permute}, {@link #slice}, ...) share memory; {@link #contiguous},
 * {@link #copy} and {@link #to} make new memory, in the processor's, where they say so, whatever the storage is. Arithmetic
 * lives in the autograd module.
 */
public final class Tensor {
    private final Storage storage;
    private final Shape shape;
    private final long[] strides;
    private final long offset;

    private Tensor(Storage storage, Shape shape, long[] strides, long offset) {
        this.storage = storage;
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
        if (storage instanceof PackedStorage
                && !(offset == 0 && shape.elements() == storage.size() && isContiguous())) {
            throw new TensorException(
                    "view",
                    "a packed weight is whole and has no views; take a copy, which is in row-major order",
                    describe() + " at offset " + offset + " with strides " + Arrays.toString(strides) + ", of "
                            + storage.size() + " elements");
        }
    }

    /** A row-major view of the storage from element {@code offset} on. The storage may be longer than needed. */
    public static Tensor over(Storage storage, Shape shape, long offset) {
        return strided(storage, shape, shape.rowMajorStrides(), offset);
    }

    /** A strided view; every element must lie inside the storage. Strides may be zero, and storages shared. */
    public static Tensor strided(Storage storage, Shape shape, long[] strides, long offset) {
        if (strides.length != shape.rank()) {
            throw new TensorException(
                    "view", "there must be one stride an axis", strides.length + " strides for " + shape);
        }
        long last = offset;
        for (int i = 0; i < strides.length; i++) {
            if (strides[i] < 0) {
                throw new TensorException("view", "strides must not be negative", Arrays.toString(strides));
            }
            last = Math.addExact(last, Math.multiplyExact(strides[i], (long) Math.max(shape.dim(i) - 1, 0)));
        }
        if (offset < 0 || (shape.elements() > 0 && last >= storage.size())) {
            throw new TensorException(
                    "view",
                    "every element must lie inside the storage of " + storage.size() + " elements",
                    "offset " + offset + ", shape " + shape + ", strides " + Arrays.toString(strides));
        }
        return new Tensor(storage, shape, strides.clone(), offset);
    }

    /** Zeros in processor memory. */
    public static Tensor zeros(DType dtype, Shape shape) {
        return over(HostStorage.allocate(dtype, shape.elements()), shape, 0);
    }

    /** f32 zeros in processor memory. */
    public static Tensor zeros(int... dims) {
        return zeros(DType.F32, Shape.of(dims));
    }

    /** An f32 tensor over the array, which is not copied. */
    public static Tensor of(float[] values, int... dims) {
        return whole(new HostStorage.Floats(values), values.length, dims);
    }

    /** An f64 tensor over the array, which is not copied. */
    public static Tensor of(double[] values, int... dims) {
        return whole(new HostStorage.Doubles(values), values.length, dims);
    }

    /** An i64 tensor over the array, which is not copied. */
    public static Tensor of(long[] values, int... dims) {
        return whole(new HostStorage.Longs(values), values.length, dims);
    }

    /** An f32 scalar. */
    public static Tensor scalar(double value) {
        return of(new float[] {(float) value});
    }

    private static Tensor whole(Storage storage, int length, int[] dims) {
        Shape shape = Shape.of(dims);
        if (shape.elements() != length) {
            throw new TensorException(
                    "tensor", "the shape must have as many elements as the array", length + " values for " + shape);
        }
        return over(storage, shape, 0);
    }

    /** The memory behind this view. */
    public Storage storage() {
        return storage;
    }

    /** Index of the first element in the storage. */
    public long offset() {
        return offset;
    }

    /** The extents. */
    public Shape shape() {
        return shape;
    }

    /** Extent of one axis; negative axes count from the end. */
    public int dim(int axis) {
        return shape.dim(axis);
    }

    /** Number of axes. */
    public int rank() {
        return shape.rank();
    }

    /** Number of elements. */
    public long elements() {
        return shape.elements();
    }

    /** Distance in elements between neighbours along an axis. */
    public long stride(int axis) {
        return strides[shape.axis(axis)];
    }

    /** Distance in elements between neighbours along each axis, as a copy. */
    public long[] strides() {
        return strides.clone();
    }

    /** The element type. */
    public DType dtype() {
        return storage.dtype();
    }

    /** Where the elements live. */
    public Device device() {
        return storage.device();
    }

    /** Whether the elements lie one after another in row-major order. */
    public boolean isContiguous() {
        long expected = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            if (shape.dim(i) != 1) {
                if (strides[i] != expected) {
                    return false;
                }
                expected *= shape.dim(i);
            }
        }
        return true;
    }

    /** A view with other extents; at most one may be -1 (deduced). The tensor must be contiguous. */
    public Tensor reshape(int... dims) {
        int[] d = dims.clone();
        int deduced = -1;
        long known = 1;
        for (int i = 0; i < d.length; i++) {
            if (d[i] == -1 && deduced < 0) {
                deduced = i;
            } else {
                known *= d[i];
            }
        }
        if (deduced >= 0) {
            d[deduced] = known == 0 ? 0 : Math.toIntExact(elements() / known);
        }
        Shape target = Shape.of(d);
        if (target.elements() != elements()) {
            throw new TensorException(
                    "reshape",
                    "the number of elements must stay " + elements(),
                    this.describe() + " to " + Arrays.toString(dims));
        }
        return reshape(target);
    }

    /** A view with other extents; the tensor must be contiguous and the number of elements must stay. */
    public Tensor reshape(Shape target) {
        if (target.elements() != elements()) {
            throw new TensorException(
                    "reshape", "the number of elements must stay " + elements(), describe() + " to " + target);
        }
        if (!isContiguous()) {
            throw new TensorException(
                    "reshape",
                    "only a contiguous tensor can be reshaped without a copy",
                    describe() + " with strides " + Arrays.toString(strides));
        }
        return new Tensor(storage, target, target.rowMajorStrides(), offset);
    }

    /** A view with reordered axes: axis i of the result is axis {@code order[i]} of this. */
    public Tensor permute(int... order) {
        int[] dims = new int[rank()];
        long[] s = new long[rank()];
        boolean[] seen = new boolean[rank()];
        if (order.length != rank()) {
            throw new TensorException(
                    "permute", "the order must name each axis once", Arrays.toString(order) + " for " + shape);
        }
        for (int i = 0; i < order.length; i++) {
            int a = shape.axis(order[i]);
            if (seen[a]) {
                throw new TensorException(
                        "permute", "the order must name each axis once", Arrays.toString(order) + " for " + shape);
            }
            seen[a] = true;
            dims[i] = shape.dim(a);
            s[i] = strides[a];
        }
        return new Tensor(storage, Shape.of(dims), s, offset);
    }

    /** A view with two axes exchanged. */
    public Tensor transpose(int a, int b) {
        int[] order = new int[rank()];
        Arrays.setAll(order, i -> i);
        order[shape.axis(a)] = shape.axis(b);
        order[shape.axis(b)] = shape.axis(a);
        return permute(order);
    }

    /** A view of the indices {@code from} (inclusive) to {@code to} (exclusive) of one axis. */
    public Tensor slice(int axis, int from, int to) {
        int a = shape.axis(axis);
        if (from < 0 || to < from || to > shape.dim(a)) {
            throw new TensorException(
                    "slice",
                    "the range must lie inside [0, " + shape.dim(a) + "]",
                    from + ":" + to + " of axis " + a + " of " + shape);
        }
        return new Tensor(storage, shape.with(a, to - from), strides, offset + from * strides[a]);
    }

    /** A view without the axis, at one index of it. */
    public Tensor select(int axis, int index) {
        int a = shape.axis(axis);
        Tensor one = slice(a, index, index + 1);
        int[] dims = new int[rank() - 1];
        long[] s = new long[rank() - 1];
        for (int i = 0, j = 0; i < rank(); i++) {
            if (i != a) {
                dims[j] = shape.dim(i);
                s[j++] = strides[i];
            }
        }
        return new Tensor(storage, Shape.of(dims), s, one.offset);
    }

    /** A view with the extents of {@code target}, repeating axes of extent 1 by stride 0; see {@link Shape#broadcast}. */
    public Tensor expand(Shape target) {
        if (!Shape.broadcast(shape, target).equals(target)) {
            throw new TensorException("expand", "each extent must be 1 or stay", shape + " to " + target);
        }
        long[] s = new long[target.rank()];
        int shift = target.rank() - rank();
        for (int i = 0; i < rank(); i++) {
            s[i + shift] = shape.dim(i) == 1 && target.dim(i + shift) != 1 ? 0 : strides[i];
        }
        return new Tensor(storage, target, s, offset);
    }

    /** This tensor if contiguous, else a contiguous copy. */
    public Tensor contiguous() {
        return isContiguous() ? this : copy();
    }

    /** A fresh contiguous copy in processor memory with the same element type. */
    public Tensor copy() {
        return to(dtype(), true);
    }

    /** This tensor if it has that element type already, else a contiguous cast copy, rounded to nearest even. */
    public Tensor to(DType dtype) {
        return to(dtype, false);
    }

    private Tensor to(DType dtype, boolean always) {
        if (!always && dtype == dtype()) {
            return this;
        }
        Tensor out = zeros(dtype, shape);
        out.copyFrom(this);
        return out;
    }

    /** Overwrites this tensor's elements by those of {@code source}, which has the same shape; types may differ. */
    public void copyFrom(Tensor source) {
        if (!source.shape.equals(shape)) {
            throw new TensorException("copy", "shapes must agree", source.shape + " to " + shape);
        }
        Copies.copy(source, this);
    }

    /** One element, by its index along each axis. */
    public double get(int... index) {
        return host("get").getDouble(position(index));
    }

    /** Sets one element, by its index along each axis. */
    public void set(double value, int... index) {
        host("set").setDouble(position(index), value);
    }

    /** The only element of a tensor that has one, wherever it lives: from a device it is copied. */
    public double item() {
        if (elements() != 1) {
            throw new TensorException("item", "the tensor must have one element", describe());
        }
        Tensor here = Copies.readable("item", this);
        return ((HostStorage) here.storage).getDouble(here.offset);
    }

    private long position(int[] index) {
        if (index.length != rank()) {
            throw new TensorException(
                    "index", "there must be one index an axis", Arrays.toString(index) + " for " + shape);
        }
        long p = offset;
        for (int i = 0; i < index.length; i++) {
            if (index[i] < 0 || index[i] >= shape.dim(i)) {
                throw new TensorException("index", "each index must lie inside " + shape, Arrays.toString(index));
            }
            p += index[i] * strides[i];
        }
        return p;
    }

    /** All elements in row-major order, as a new array. */
    public float[] toFloatArray() {
        float[] out = new float[Math.toIntExact(elements())];
        of(out, shape.dims()).copyFrom(this);
        return out;
    }

    /** All elements in row-major order, as a new array. */
    public double[] toDoubleArray() {
        double[] out = new double[Math.toIntExact(elements())];
        of(out, shape.dims()).copyFrom(this);
        return out;
    }

    /** All elements in row-major order, as a new array; fractions are cut off. */
    public long[] toLongArray() {
        long[] out = new long[Math.toIntExact(elements())];
        of(out, shape.dims()).copyFrom(this);
        return out;
    }

    /** The elements as little-endian bytes in row-major order, without a copy where the memory already is that. */
    public MemorySegment toBytes() {
        return Copies.toBytes(this);
    }

    private HostStorage host(String operation) {
        return switch (storage) {
            case HostStorage host -> host;
            case AbsentStorage absent ->
                throw new TensorException(operation, absent.reason().rule(), describe());
            default ->
                throw new TensorException(
                        operation,
                        "elements are read one by one in processor memory only; call copy() first",
                        describe());
        };
    }

    /** One line: {@code f32[8, 64, 768] on cpu}. */
    public String describe() {
        return dtype() + shape.toString() + " " + storage.where();
    }

    /** The elements, long axes cut in the middle, followed by {@link #describe}. */
    @Override
    public String toString() {
        return TensorPrinter.print(this);
    }
}
