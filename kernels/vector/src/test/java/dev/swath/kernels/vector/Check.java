package dev.swath.kernels.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One call of a kernel, run on vectors in f32 and by the scalar kernels in f64 from the same numbers. Operands lie at
 * odd offsets between guard elements; the vector kernel must give the same bits for 1, 2 and 3 threads.
 */
final class Check<K extends Kernel> {
    private static final int GUARD = 3;
    /**
     * Expected numbers below this, all of them, are what f64 leaves of terms of size 1 that cancel; then 1 is the
     * measure.
     */
    private static final double ZERO = 1e-12;

    /** The call under test, on one set of operands. */
    interface Call<K> {
        void run(K kernel, Slice[] operands, Execution on);
    }

    private final Class<K> kind;
    private final K vector;
    private final List<float[]> operands = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private final Random random = new Random(7);

    Check(Class<K> kind, K vector) {
        this.kind = kind;
        this.vector = vector;
    }

    /** An operand of normal numbers. */
    Check<K> input(int n) {
        return input(n, 1, 0);
    }

    /** An operand of normal numbers of that deviation and mean. */
    Check<K> input(int n, double deviation, double mean) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) (mean + deviation * random.nextGaussian());
        }
        return input(x);
    }

    /** An operand. */
    Check<K> input(float... x) {
        operands.add(x);
        outputs.add("");
        return this;
    }

    /** An operand that the kernel writes, filled with numbers before, so that = and += are told apart. */
    Check<K> output(String name, int n) {
        input(n);
        outputs.set(outputs.size() - 1, name);
        return this;
    }

    /** Runs and compares: |error| is at most {@code tolerance} of the largest expected element of that output. */
    void run(double tolerance, Call<K> call) {
        Slice[] expected = slices(DType.F64);
        call.run(new ScalarBackend().kernel(kind, DType.F64), expected, HostExecution.single());
        Slice[] first = null;
        for (int threads = 1; threads <= 3; threads++) {
            Slice[] actual = slices(DType.F32);
            try (Parallelism p = Parallelism.ofThreads(threads)) {
                call.run(vector, actual, HostExecution.on(p));
            }
            if (first == null) {
                first = actual;
                compare(expected, actual, tolerance);
            } else {
                for (int o = 0; o < actual.length; o++) {
                    assertArrayEquals(
                            first[o].floats(), actual[o].floats(), outputs.get(o) + " with " + threads + " threads");
                }
            }
        }
    }

    private void compare(Slice[] expected, Slice[] actual, double tolerance) {
        for (int o = 0; o < actual.length; o++) {
            int n = operands.get(o).length;
            double most = 0;
            for (int i = 0; i < n; i++) {
                double size = Math.abs(expected[o].get(i));
                most = Double.isFinite(size) ? Math.max(most, size) : most;
            }
            double largest = most < ZERO ? 1 : most;
            for (int i = -GUARD; i < n + GUARD; i++) {
                double e = expected[o].get(i);
                double a = actual[o].get(i);
                boolean inside = i >= 0 && i < n;
                boolean output = inside && !outputs.get(o).isEmpty();
                double allowed = output ? tolerance * largest : 0;
                boolean same = Double.isNaN(e) ? Double.isNaN(a) : a == e || Math.abs(a - e) <= allowed;
                int operand = o;
                int at = i;
                assertTrue(same, () -> "operand %d %s[%d] of %d: %s for %s"
                        .formatted(operand, outputs.get(operand), at, n, a, e));
            }
        }
    }

    private Slice[] slices(DType dtype) {
        Slice[] slices = new Slice[operands.size()];
        for (int o = 0; o < slices.length; o++) {
            float[] x = operands.get(o);
            HostStorage s = HostStorage.allocate(dtype, x.length + 2 * GUARD);
            for (int i = 0; i < s.size(); i++) {
                boolean inside = i >= GUARD && i < GUARD + x.length;
                s.setDouble(i, inside ? x[i - GUARD] : -77);
            }
            slices[o] = Slice.of(s, GUARD);
        }
        return slices;
    }
}
