package dev.swath.nn.inspect;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Backend;
import dev.swath.kernels.Backends;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.UnaryKernel;
import dev.swath.nn.ModuleException;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * Shows one element of what an op gave with the very numbers that made it. The pass must have kept the op ({@link Keep#ops}), and its
 * record must have been taken on the network as it still is: parameters are read where they are.
 */
public final class Explain {
    private static final String PACKAGE = "dev.swath.autograd.ops.";

    private Explain() {}

    /** Whether ops of that kind can be explained. */
    public static boolean knows(String op) {
        return !opClass(op).isEmpty() && !op.equals("segmentation_loss");
    }

    /** The element at that index of what the op gave. */
    public static Explanation of(PassRecord record, String op, int... cell) {
        OpRecord found = record.op(op);
        Map<String, Tensor> kept = record.opTensors(op);
        int[] dims = found.shape().dims();
        boolean inside = cell.length == dims.length;
        for (int i = 0; inside && i < dims.length; i++) {
            inside = cell[i] >= 0 && cell[i] < dims[i];
        }
        if (!inside) {
            throw new ModuleException("[explain] an element of '" + op + "' must lie inside " + found.shape() + "; got "
                    + Arrays.toString(cell));
        }
        return explained(new Sheet(found, kept, cell));
    }

    /** The class that describes an op of that name; empty for one that has none. */
    static String opClass(String op) {
        String name =
                switch (op) {
                    case "add", "sub", "mul", "div" -> "Binary";
                    case "sum", "mean", "max" -> "Reduce";
                    case "log_softmax" -> "Softmax";
                    case "matmul" -> "MatMul";
                    case "attention",
                            "window_attention",
                            "linear",
                            "conv2d",
                            "layer_norm",
                            "instance_norm",
                            "batch_norm",
                            "softmax",
                            "resize",
                            "adaptive_avg_pool",
                            "concat",
                            "reshape",
                            "permute",
                            "narrow",
                            "pad",
                            "roll",
                            "cast",
                            "patch_merge",
                            "embedding",
                            "segmentation_loss" -> camel(op);
                    default -> activation(op) ? "Unary" : "";
                };
        return name.isEmpty() ? "" : PACKAGE + name;
    }

    private static String camel(String op) {
        StringBuilder out = new StringBuilder();
        for (String part : op.split("_")) {
            out.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
        }
        return out.toString();
    }

    private static boolean activation(String op) {
        return Arrays.stream(Activation.values())
                .anyMatch(a -> a.name().toLowerCase(Locale.ROOT).equals(op));
    }

    private static Explanation explained(Sheet s) {
        String op = s.op.op();
        return switch (op) {
            case "linear" -> Products.linear(s);
            case "conv2d" -> Products.conv2d(s);
            case "matmul" -> Products.matmul(s);
            case "attention" -> Products.attention(s);
            case "window_attention" -> Products.windowAttention(s);
            case "layer_norm" -> Norms.layer(s);
            case "instance_norm" -> Norms.instance(s);
            case "batch_norm" -> Norms.batch(s);
            case "softmax", "log_softmax" -> Norms.softmax(s, op.equals("log_softmax"));
            case "add", "sub", "mul", "div" -> binary(s);
            case "sum", "mean", "max" -> reduce(s);
            case "resize" -> Moves.resize(s);
            case "adaptive_avg_pool" -> Moves.pool(s);
            case "concat", "reshape", "permute", "narrow", "pad", "roll", "cast", "patch_merge", "embedding" ->
                Moves.moved(s);
            default -> {
                if (!activation(op)) {
                    throw new ModuleException(
                            "[explain] ops of the kind '" + op + "' have no explanation; got '" + s.op.name() + "'");
                }
                double x = s.input("x").get(s.cell);
                yield s.formula("y = " + op + "(x)")
                        .line("x", x)
                        .value(apply(Activation.valueOf(op.toUpperCase(Locale.ROOT)), x));
            }
        };
    }

    /** The function that the op's setting {@code f} names, of a value, with a line for it if there is one. */
    static double applied(Sheet s, double x) {
        Activation f = (Activation) s.setting("f");
        if (f == Activation.IDENTITY) {
            return x;
        }
        double y = apply(f, x);
        s.line("f = " + f.name().toLowerCase(Locale.ROOT), y);
        return y;
    }

    /** f(x), by the kernels themselves. */
    static double apply(Activation f, double x) {
        if (f == Activation.IDENTITY) {
            return x;
        }
        Backend backend = Backends.cpu();
        DType type = backend.supports(UnaryKernel.class, KernelTypes.of(DType.F64)) ? DType.F64 : DType.F32;
        Tape tape = Tape.inference(Tape.Options.of(backend));
        return Unary.apply(tape, Var.constant(Tensor.of(new double[] {x}, 1).to(type)), f)
                .value()
                .item();
    }

    /** The index of the element of an input that goes with a cell of the result, where the input's axes of extent 1 are repeated. */
    static int[] broadcast(Tensor input, int... cell) {
        int[] out = new int[input.rank()];
        int extra = cell.length - out.length;
        for (int i = 0; i < out.length; i++) {
            out[i] = input.dim(i) == 1 ? 0 : cell[i + extra];
        }
        return out;
    }

    private static Explanation binary(Sheet s) {
        double a = s.input("a").get(broadcast(s.input("a"), s.cell));
        double b = s.input("b").get(broadcast(s.input("b"), s.cell));
        String sign = Map.of("add", "+", "sub", "-", "mul", "*", "div", "/").get(s.op.op());
        s.formula("y = a " + sign + " b").line("a", a).line("b", b);
        return s.value(
                switch (s.op.op()) {
                    case "add" -> a + b;
                    case "sub" -> a - b;
                    case "mul" -> a * b;
                    default -> a / b;
                });
    }

    private static Explanation reduce(Sheet s) {
        Tensor x = s.input("x");
        int axis = s.integer("axis");
        int[] index = new int[x.rank()];
        for (int i = 0, from = 0; i < index.length; i++) {
            if (i != axis || s.flag("keepAxis")) {
                index[i] = s.cell[from++];
            }
        }
        s.formula("y = " + s.op.op() + " of x over axis " + axis, "x");
        double sum = 0;
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < x.dim(axis); i++) {
            index[axis] = i;
            double v = x.get(index);
            s.row(Sheet.at(index), v);
            sum += v;
            max = Math.max(max, v);
        }
        return s.value(
                switch (s.op.op()) {
                    case "sum" -> sum;
                    case "mean" -> sum / x.dim(axis);
                    default -> max;
                });
    }
}
