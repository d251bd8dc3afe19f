package dev.swath.autograd;

import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Tensor;

/** Finds the op that first made a NaN. */
final class NanCheck {
    private NanCheck() {}

    /** Number of elements that are NaN. */
    static long count(Tensor tensor) {
        if (!tensor.dtype().isFloating()) {
            return 0;
        }
        Tensor dense = tensor.contiguous();
        long count = 0;
        if (dense.storage() instanceof HostStorage.Floats floats) {
            float[] a = floats.array();
            int from = Math.toIntExact(dense.offset());
            for (int i = from; i < from + dense.elements(); i++) {
                count += Float.isNaN(a[i]) ? 1 : 0;
            }
            return count;
        }
        for (double v : dense.toDoubleArray()) {
            count += Double.isNaN(v) ? 1 : 0;
        }
        return count;
    }

    /** Throws if the result of an op has one. */
    static void requireNone(String op, String path, Tensor output) {
        long nan = count(output);
        if (nan > 0) {
            throw new OpException(
                    op,
                    "the result must have no NaN",
                    nan + " of " + output.elements() + " elements of " + output.describe(),
                    path);
        }
    }

    /** Throws if a gradient that an op has given has one. */
    static void requireNoneBackward(String op, String path, int input, Tensor gradient) {
        long nan = count(gradient);
        if (nan > 0) {
            throw new OpException(
                    op + " backward",
                    "the gradient of input " + input + " must have no NaN",
                    nan + " of " + gradient.elements() + " elements of " + gradient.describe(),
                    path);
        }
    }
}
