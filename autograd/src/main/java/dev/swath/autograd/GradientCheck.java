package dev.swath.autograd;

import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * Compares the gradients that a function of tensors gives with central differences, in double precision on the scalar
 * kernels. The number that is differentiated is sum(output * cotangent) with a random cotangent, so that every element of
 * the output counts.
 *
 * <p>An element is moved by {@code step} both ways. For a function of size and curvature 1 the difference is then off by
 * about step^2 (curvature) and 1e-16 / step (rounding): 1e-5 leaves some 1e-10. There must be no kink within a step of an
 * input.
 *
 * @param step by how much an element is moved
 * @param tolerance greatest |analytic - numeric| that passes, times the largest gradient of that input, or 1
 * @param samples how many elements of an input are moved at most; drawn at random from larger inputs
 * @param training whether dropout and batch statistics are on; each evaluation then draws the same masks
 * @param seed of the cotangent, the samples and the masks
 */
public record GradientCheck(double step, double tolerance, int samples, boolean training, long seed) {
    private static final int SHOWN = 5;

    /** Checks its numbers. */
    public GradientCheck {
        if (!(step > 0) || !(tolerance > 0) || samples < 1) {
            throw new IllegalArgumentException("[gradient_check] step, tolerance and samples must be positive; got "
                    + step + ", " + tolerance + ", " + samples);
        }
    }

    /** Step 1e-5, tolerance 1e-6, at most 64 elements an input, evaluation mode. */
    public static GradientCheck standard() {
        return new GradientCheck(1e-5, 1e-6, 64, false, 1);
    }

    /** The same in training mode. */
    public GradientCheck withTraining() {
        return new GradientCheck(step, tolerance, samples, true, seed);
    }

    /** The same with at most that many elements an input. */
    public GradientCheck withSamples(int count) {
        return new GradientCheck(step, tolerance, count, training, seed);
    }

    /**
     * One element at which the two disagree.
     *
     * @param input position of the input
     * @param index index of the element along each axis
     * @param analytic what the backward pass gave
     * @param numeric the central difference
     */
    public record Mismatch(int input, List<Integer> index, double analytic, double numeric) {
        @Override
        public String toString() {
            return "input " + input + " at " + index + ": analytic " + analytic + ", numeric " + numeric;
        }
    }

    /**
     * What was found.
     *
     * @param checked number of elements that were compared
     * @param worst greatest error relative to the largest gradient of its input, or 1
     * @param mismatches the elements above the tolerance, in order
     */
    public record Report(int checked, double worst, List<Mismatch> mismatches) {
        /** Whether all agreed. */
        public boolean passed() {
            return mismatches.isEmpty();
        }

        /** Throws an {@link OpException} that lists the first mismatches, if there are any. */
        public Report require() {
            if (!passed()) {
                throw new OpException("gradient_check", "analytic and numeric gradients must agree", toString(), "");
            }
            return this;
        }

        @Override
        public String toString() {
            String shown =
                    mismatches.stream().limit(SHOWN).map(Mismatch::toString).collect(Collectors.joining("; "));
            return mismatches.size() + " of " + checked + " elements disagree, worst relative error " + worst
                    + (shown.isEmpty() ? "" : ": " + shown);
        }
    }

    /**
     * Checks one function.
     *
     * @param function of the inputs, in their order; must give the same for the same inputs
     * @param inputs of any floating-point type; copied to f64, never written
     */
    public Report run(BiFunction<Tape, List<Var>, Var> function, Tensor... inputs) {
        List<Tensor> values =
                Arrays.stream(inputs).map(t -> t.to(DType.F64).copy()).toList();
        List<Var> leaves = values.stream().map(Var::leaf).toList();
        Tape tape = Tape.recording(options());
        Var output = function.apply(tape, leaves);
        SplittableRandom random = new SplittableRandom(seed);
        double[] cotangent = random.doubles(output.shape().elements(), -1, 1).toArray();
        tape.backward(output, Tensor.of(cotangent, output.shape().dims()));

        int checked = 0;
        double worst = 0;
        List<Mismatch> mismatches = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            Tensor gradient = leaves.get(i).grad();
            Shape shape = values.get(i).shape();
            double[] analytic = gradient == null ? new double[(int) shape.elements()] : gradient.toDoubleArray();
            int[] at = positions(shape.elements(), random);
            double[] numeric = new double[at.length];
            double largest = 1;
            for (int j = 0; j < at.length; j++) {
                numeric[j] = difference(function, values, i, at[j], cotangent);
                largest = Math.max(largest, Math.max(Math.abs(numeric[j]), Math.abs(analytic[at[j]])));
            }
            for (int j = 0; j < at.length; j++) {
                double error = Math.abs(analytic[at[j]] - numeric[j]) / largest;
                worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
                if (!(error <= tolerance)) {
                    mismatches.add(new Mismatch(i, index(shape, at[j]), analytic[at[j]], numeric[j]));
                }
            }
            checked += at.length;
        }
        return new Report(checked, worst, List.copyOf(mismatches));
    }

    private Tape.Options options() {
        Tape.Options options = Tape.Options.of(new ScalarBackend());
        return training ? options.withTraining(new RandomSource(seed)) : options;
    }

    private double difference(
            BiFunction<Tape, List<Var>, Var> function, List<Tensor> values, int input, int at, double[] cotangent) {
        Tensor moved = values.get(input).copy();
        Tensor flat = moved.reshape(-1);
        double x = flat.get(at);
        List<Var> constants = new ArrayList<>(values.stream().map(Var::constant).toList());
        constants.set(input, Var.constant(moved));
        flat.set(x + step, at);
        double above = evaluate(function, constants, cotangent);
        double up = flat.get(at);
        flat.set(x - step, at);
        double below = evaluate(function, constants, cotangent);
        return (above - below) / (up - flat.get(at));
    }

    private double evaluate(BiFunction<Tape, List<Var>, Var> function, List<Var> constants, double[] cotangent) {
        double[] y =
                function.apply(Tape.inference(options()), constants).value().toDoubleArray();
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            sum += y[i] * cotangent[i];
        }
        return sum;
    }

    private int[] positions(long elements, SplittableRandom random) {
        int n = Math.toIntExact(elements);
        if (n <= samples) {
            int[] all = new int[n];
            Arrays.setAll(all, i -> i);
            return all;
        }
        return random.ints(0, n).distinct().limit(samples).sorted().toArray();
    }

    private static List<Integer> index(Shape shape, int position) {
        Integer[] index = new Integer[shape.rank()];
        int rest = position;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            index[axis] = rest % shape.dim(axis);
            rest /= shape.dim(axis);
        }
        return List.of(index);
    }
}
