package dev.swath.fianet.model.parts;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.Cast;
import dev.swath.autograd.ops.Concat;
import dev.swath.autograd.ops.MatMul;
import dev.swath.autograd.ops.Reshape;
import dev.swath.autograd.ops.Unary;
import dev.swath.kernels.Activation;
import dev.swath.nn.Buffer;
import dev.swath.nn.Module;
import dev.swath.tensor.Tensor;

/**
 * The matrix R (9, 9) that turns a 3x3 kernel by an angle: tap p of the turned kernel is sum over q of R[p,q] times tap q, taps
 * counted row by row. Tap p at (row, column) reads the kernel at (row x + column y, column x - row y), x the angle's cosine and
 * y its sine, each coordinate clamped to [-1, 1], between the four nearest taps (bilinear). Within a sign of the angle
 * every entry is a polynomial in 1, x, y and x y, as long as x > |y|; at 45 degrees that ends. At an angle of 0, where both signs
 * give the unit matrix, the gradient is that of the positive ones. Pu et al., "Adaptive rotated convolution for rotated object
 * detection", ICCV 2023.
 */
final class TapRotation extends Module {
    private static final int TAPS = 9;
    /** An angle at which every coordinate has the sign, and is clamped or not, as at all others. */
    private static final double SAMPLE = 0.3;

    private final Buffer turns;
    private final Buffer still;

    TapRotation() {
        float[] varying = new float[6 * TAPS * TAPS];
        float[] fixed = new float[TAPS * TAPS];
        for (int i = 0; i < fixed.length; i++) {
            double[] positive = entry(i / TAPS, i % TAPS, 1);
            double[] negative = entry(i / TAPS, i % TAPS, -1);
            // R of the angle's positive part + R of its negative part - the unit matrix, which the part that is 0
            // gives.
            fixed[i] = (float) (positive[0] + negative[0] - (i / TAPS == i % TAPS ? 1 : 0));
            for (int j = 0; j < 3; j++) {
                // The sine of the negative part is minus that of its magnitude.
                varying[j * fixed.length + i] = (float) positive[j + 1];
                varying[(j + 3) * fixed.length + i] = (float) (j == 0 ? negative[1] : -negative[j + 1]);
            }
        }
        this.turns = constant(Tensor.of(varying, 6, fixed.length));
        this.still = constant(Tensor.of(fixed, fixed.length));
    }

    /** Angles (B, 1) to matrices (B, 9, 9). */
    Var forward(Tape tape, Var angle) {
        return call(tape, () -> {
            Var minus = Binary.mul(tape, angle, tape.number(angle.dtype(), -1));
            Var negative = Unary.relu(tape, minus);
            Var positive = Binary.add(tape, angle, negative);
            Var[] terms = new Var[6];
            terms[0] = Unary.apply(tape, positive, Activation.COS);
            terms[1] = Unary.apply(tape, positive, Activation.SIN);
            terms[2] = Binary.mul(tape, terms[0], terms[1]);
            terms[3] = Unary.apply(tape, negative, Activation.COS);
            terms[4] = Unary.apply(tape, negative, Activation.SIN);
            terms[5] = Binary.mul(tape, terms[3], terms[4]);
            Var y = MatMul.apply(tape, Concat.apply(tape, 1, terms), of(tape, turns, angle));
            y = Binary.add(tape, y, of(tape, still, angle));
            return Reshape.apply(tape, y, angle.dim(0), TAPS, TAPS);
        });
    }

    private static Var of(Tape tape, Buffer numbers, Var like) {
        return Cast.apply(tape, Var.constant(numbers.value()), like.dtype());
    }

    /** Coefficients of 1, x, y and x y in R[p,q], for angles of that sign. */
    private static double[] entry(int p, int q, int sign) {
        int row = p / 3 - 1;
        int column = p % 3 - 1;
        double[] a = share(row, column, q / 3 - 1, sign);
        double[] b = share(column, -row, q % 3 - 1, sign);
        return new double[] {
            a[0] * b[0], a[0] * b[1] + a[1] * b[0], a[0] * b[2] + a[2] * b[0], a[1] * b[2] + a[2] * b[1]
        };
    }

    /** What falls to a tap at {@code cell} from the coordinate alpha x + beta y: coefficients of 1, x and y. */
    private static double[] share(int alpha, int beta, int cell, int sign) {
        double at = alpha * Math.cos(SAMPLE) + sign * beta * Math.sin(SAMPLE);
        double side = Math.signum(at);
        double[] toSide = Math.abs(at) > 1 ? new double[] {1, 0, 0} : new double[] {0, side * alpha, side * beta};
        if (cell == 0) {
            return new double[] {1 - toSide[0], -toSide[1], -toSide[2]};
        }
        return cell == side ? toSide : new double[3];
    }
}
