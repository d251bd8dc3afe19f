package dev.swath.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class PrinterTest {
    private static String print(Tensor x) {
        return x.toString().replace(System.lineSeparator(), "\n");
    }

    @Test
    void nestsLikeLists() {
        assertEquals("""
                [[1.0000, -2.5000],
                 [0.0000, 3.0000]]
                f32[2, 2] on cpu""", print(Tensor.of(new float[] {1, -2.5f, 0, 3}, 2, 2)));
    }

    @Test
    void cutsLongAxesInTheMiddle() {
        assertEquals("""
                [0, 1, 2, ..., 7, 8, 9]
                i64[10] on cpu""", print(Tensor.of(new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 10)));
        assertEquals("[0, 1, 2, 3, 4, 5, 6]\ni64[7] on cpu", print(Tensor.of(new long[] {0, 1, 2, 3, 4, 5, 6}, 7)));
    }

    @Test
    void showsSmallAndLargeNumbersInScientificNotation() {
        assertEquals(
                "[1.0000e-05, 2.0000e+07, NaN, Infinity]\nf32[4] on cpu",
                print(Tensor.of(new float[] {1e-5f, 2e7f, Float.NaN, Float.POSITIVE_INFINITY}, 4)));
    }

    @Test
    void showsScalarsAndEmptyTensors() {
        assertEquals("2.0000\nf32[] on cpu", print(Tensor.scalar(2)));
        assertEquals("[]\nf32[0] on cpu", print(Tensor.zeros(0)));
    }

    @Test
    void readsViewsInTheirOrder() {
        Tensor x = Tensor.of(new long[] {1, 2, 3, 4}, 2, 2);
        assertEquals("[[1, 3],\n [2, 4]]\ni64[2, 2] on cpu", print(x.transpose(0, 1)));
    }

    @Test
    void doesNotDependOnTheLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertEquals("[0.5000]\nf32[1] on cpu", print(Tensor.of(new float[] {0.5f}, 1)));
        } finally {
            Locale.setDefault(before);
        }
    }
}
