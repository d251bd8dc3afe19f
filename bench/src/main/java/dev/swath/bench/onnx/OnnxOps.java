package dev.swath.bench.onnx;

import dev.swath.bench.onnx.OnnxModel.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The operators that networks need, with the shapes of their results worked out, arranged as a PyTorch export does it. */
public final class OnnxOps {
    private static final Attributes NONE = Attributes.none();

    private final OnnxModel model;

    /** Adds nodes to the model. */
    public OnnxOps(OnnxModel model) {
        this.model = model;
    }

    /** The model below. */
    public OnnxModel model() {
        return model;
    }

    /** Any operator that keeps the shape of its only input. */
    public Value unary(String operator, Value x) {
        return model.node(operator, x.shape(), NONE, x);
    }

    /** Elementwise with broadcasting. */
    public Value add(Value a, Value b) {
        return model.node("Add", broadcast(a, b), NONE, a, b);
    }

    /** Elementwise with broadcasting. */
    public Value multiply(Value a, Value b) {
        return model.node("Mul", broadcast(a, b), NONE, a, b);
    }

    /** Each element times a number. */
    public Value scale(Value x, double factor) {
        return multiply(x, model.scalar(factor));
    }

    /** Each element plus a number. */
    public Value shift(Value x, double term) {
        return add(x, model.scalar(term));
    }

    /** x * 0.5 * (1 + erf(x / sqrt 2)), node by node; runtimes recognise the pattern. */
    public Value gelu(Value x) {
        Value error = unary("Erf", model.node("Div", x.shape(), NONE, x, model.scalar(Math.sqrt(2))));
        return scale(multiply(x, shift(error, 1)), 0.5);
    }

    /** Over the last axis. */
    public Value softmax(Value x) {
        return model.node("Softmax", x.shape(), Attributes.none().with("axis", -1), x);
    }

    /** Over the last axis. */
    public Value layerNorm(Value x, Value weight, Value bias, double eps) {
        Attributes attributes = Attributes.none().with("axis", -1).with("epsilon", (float) eps);
        return model.node("LayerNormalization", x.shape(), attributes, x, weight, bias);
    }

    /** (B,C,...) standardised over all axes but the first two. */
    public Value instanceNorm(Value x, Value weight, Value bias) {
        Attributes attributes = Attributes.none().with("epsilon", 1e-5f);
        return model.node("InstanceNormalization", x.shape(), attributes, x, weight, bias);
    }

    /** Batched product over the last two axes. */
    public Value matmul(Value a, Value b) {
        List<Integer> batchA = a.shape().subList(0, a.rank() - 2);
        List<Integer> batchB = b.shape().subList(0, b.rank() - 2);
        List<Integer> shape = new ArrayList<>(batchA.size() >= batchB.size() ? batchA : batchB);
        shape.add(a.dim(-2));
        shape.add(b.dim(-1));
        return model.node("MatMul", shape, NONE, a, b);
    }

    /** Cross-correlation of (B,C,...) with (out,C,k...), the same stride and padding on all axes. */
    public Value convolution(Value x, Value weight, Value bias, int stride, int padding) {
        int axes = weight.rank() - 2;
        List<Integer> shape = new ArrayList<>(List.of(x.dim(0), weight.dim(0)));
        for (int axis = 2; axis < weight.rank(); axis++) {
            shape.add((x.dim(axis) + 2 * padding - weight.dim(axis)) / stride + 1);
        }
        long[] kernel = weight.shape().subList(2, weight.rank()).stream()
                .mapToLong(Integer::longValue)
                .toArray();
        Attributes attributes = Attributes.none()
                .withList("kernel_shape", kernel)
                .withList("strides", repeat(stride, axes))
                .withList("pads", repeat(padding, 2 * axes));
        return bias.name().isEmpty()
                ? model.node("Conv", shape, attributes, x, weight)
                : model.node("Conv", shape, attributes, x, weight, bias);
    }

    /** With stored statistics. */
    public Value batchNorm(Value x, Value weight, Value bias, Value mean, Value variance) {
        Attributes attributes = Attributes.none().with("epsilon", 1e-5f);
        return model.node("BatchNormalization", x.shape(), attributes, x, weight, bias, mean, variance);
    }

    /** Bilinear, (B,C,H,W) to the given grid. */
    public Value resize(Value x, int height, int width, boolean alignCorners) {
        Attributes attributes = Attributes.none()
                .with("mode", "linear")
                .with("coordinate_transformation_mode", alignCorners ? "align_corners" : "half_pixel");
        Value sizes = model.integers(x.dim(0), x.dim(1), height, width);
        List<Integer> shape = List.of(x.dim(0), x.dim(1), height, width);
        return model.node("Resize", shape, attributes, x, OnnxModel.absent(), OnnxModel.absent(), sizes);
    }

    /** The same elements, row-major, in another shape. */
    public Value reshape(Value x, int... shape) {
        return model.node("Reshape", boxed(shape), NONE, x, model.integers(longs(shape)));
    }

    /** Axes in another order. */
    public Value transpose(Value x, int... order) {
        List<Integer> shape = Arrays.stream(order).mapToObj(x::dim).toList();
        return model.node("Transpose", shape, Attributes.none().withList("perm", longs(order)), x);
    }

    /** Zeros behind the end of each axis. */
    public Value padEnd(Value x, int... amounts) {
        if (Arrays.stream(amounts).allMatch(amount -> amount == 0)) {
            return x;
        }
        List<Integer> shape = IntStream.range(0, x.rank())
                .mapToObj(axis -> x.dim(axis) + amounts[axis])
                .toList();
        long[] pads = LongStream.concat(LongStream.of(new long[x.rank()]), Arrays.stream(longs(amounts)))
                .toArray();
        return model.node("Pad", shape, NONE, x, model.integers(pads), model.scalar(0));
    }

    /** Every step-th position of one axis. */
    public Value slice(Value x, int axis, int from, int to, int step) {
        List<Integer> shape = new ArrayList<>(x.shape());
        shape.set(axis, Math.ceilDiv(to - from, step));
        return model.node(
                "Slice",
                shape,
                NONE,
                x,
                model.integers(from),
                model.integers(to),
                model.integers(axis),
                model.integers(step));
    }

    /** Along an axis, cyclically towards lower positions for a negative amount. */
    public Value roll(Value x, int axis, int amount) {
        int size = x.dim(axis);
        int start = Math.floorMod(-amount, size);
        return concat(axis, slice(x, axis, start, size, 1), slice(x, axis, 0, start, 1));
    }

    /** One after the other along an axis. */
    public Value concat(int axis, Value... parts) {
        List<Integer> shape = new ArrayList<>(parts[0].shape());
        shape.set(axis, Arrays.stream(parts).mapToInt(part -> part.dim(axis)).sum());
        return model.node("Concat", shape, Attributes.none().with("axis", axis), parts);
    }

    /** One position of the first axis, which goes. */
    public Value select(Value x, int position) {
        List<Integer> shape = x.shape().subList(1, x.rank());
        return model.node("Gather", shape, Attributes.none().with("axis", 0), x, model.index(position));
    }

    /** Rows of a table. */
    public Value gather(Value table, Value indices) {
        List<Integer> shape = new ArrayList<>(indices.shape());
        shape.addAll(table.shape().subList(1, table.rank()));
        return model.node("Gather", shape, Attributes.none().with("axis", 0), table, indices);
    }

    /** An axis of size 1 is put in. */
    public Value unsqueeze(Value x, int axis) {
        List<Integer> shape = new ArrayList<>(x.shape());
        shape.add(axis, 1);
        return model.node("Unsqueeze", shape, NONE, x, model.integers(axis));
    }

    /** {@code ReduceMean} or {@code ReduceMax} over one axis, which stays with size 1. */
    public Value reduce(String operator, Value x, int axis) {
        List<Integer> shape = new ArrayList<>(x.shape());
        shape.set(axis, 1);
        Attributes attributes = Attributes.none().withList("axes", axis).with("keepdims", 1);
        return model.node(operator, shape, attributes, x);
    }

    /** Integers as floats. */
    public Value toFloat(Value x) {
        return model.node("Cast", x.shape(), Attributes.none().with("to", 1), x);
    }

    /** Limits on both sides. */
    public Value clip(Value x, double low, double high) {
        return model.node("Clip", x.shape(), NONE, x, model.scalar(low), model.scalar(high));
    }

    private static List<Integer> broadcast(Value a, Value b) {
        Value longer = a.rank() >= b.rank() ? a : b;
        Value shorter = longer == a ? b : a;
        List<Integer> shape = new ArrayList<>(longer.shape());
        for (int axis = 1; axis <= shorter.rank(); axis++) {
            int place = shape.size() - axis;
            shape.set(place, Math.max(shape.get(place), shorter.dim(-axis)));
        }
        return shape;
    }

    private static long[] repeat(long value, int times) {
        return Collections.nCopies(times, value).stream()
                .mapToLong(Long::longValue)
                .toArray();
    }

    private static long[] longs(int... values) {
        return Arrays.stream(values).asLongStream().toArray();
    }

    private static List<Integer> boxed(int... values) {
        return Arrays.stream(values).boxed().toList();
    }
}
