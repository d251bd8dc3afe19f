package dev.swath.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CastsTest {
    private static double round(double x, DType dtype) {
        return Tensor.of(new double[] {x}, 1)
                .to(DType.F32)
                .to(dtype)
                .to(DType.F64)
                .get(0);
    }

    // 1 + 2^-8 lies half way between the neighbours 1 and 1 + 2^-7 of bf16; the even one is taken.
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1.00390625, 1",
        "1.01171875, 1.015625",
        "1.00390637, 1.0078125",
        "-1.00390625, -1",
        "3.3895314e38, 3.3895314e38",
        "3.4e38, Infinity",
        "1e-40, 9.1835e-41",
        "Infinity, Infinity",
        "-Infinity, -Infinity"
    })
    void bfloat16RoundsToNearestEven(double x, double expected) {
        assertEquals((float) expected, (float) round(x, DType.BF16));
    }

    // 1 + 2^-11 lies half way between 1 and 1 + 2^-10; 65520 half way between the greatest f16 and what would follow
    // it.
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1.00048828125, 1",
        "1.00146484375, 1.001953125",
        "65504, 65504",
        "65519.99, 65504",
        "65520, Infinity",
        "5.9604645e-8, 5.9604645e-8",
        "2.9802322e-8, 0",
        "3.0e-8, 5.9604645e-8",
        "-Infinity, -Infinity"
    })
    void float16RoundsToNearestEven(double x, double expected) {
        assertEquals((float) expected, (float) round(x, DType.F16));
    }

    @Test
    void notANumberStaysNotANumber() {
        assertTrue(Double.isNaN(round(Double.NaN, DType.BF16)));
        assertTrue(Double.isNaN(round(Double.NaN, DType.F16)));
        // A NaN whose only set bits lie in the lower half must not become infinite.
        float low = Float.intBitsToFloat(0x7f800001);
        assertTrue(Double.isNaN(Tensor.of(new float[] {low}, 1).to(DType.BF16).get(0)));
    }

    @Test
    void negativeZeroKeepsItsSign() {
        for (DType dtype : new DType[] {DType.BF16, DType.F16, DType.F64}) {
            double z = Tensor.of(new float[] {-0f}, 1).to(dtype).get(0);
            assertEquals(Double.NEGATIVE_INFINITY, 1 / z, dtype.toString());
        }
    }

    /** Every bfloat16 survives the way through f32, and every random f32 goes to a nearest bfloat16. */
    @Test
    void bfloat16IsNearest() {
        for (int bits = 0; bits < 0x7f80; bits++) {
            float x = Float.intBitsToFloat(bits << 16);
            assertEquals(x, (float) round(x, DType.BF16));
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2000; i++) {
            float x = Float.intBitsToFloat(random.nextInt(0x00800000, 0x7f000000));
            float y = (float) round(x, DType.BF16);
            float up = Float.intBitsToFloat(Float.floatToIntBits(y) + 0x10000);
            float down = Float.intBitsToFloat(Float.floatToIntBits(y) - 0x10000);
            BigDecimal error = distance(x, y);
            assertTrue(
                    error.compareTo(distance(x, up)) <= 0 && error.compareTo(distance(x, down)) <= 0,
                    () -> x + " to " + y);
        }
    }

    /** Part of an array into bytes, as element by element. */
    @ParameterizedTest
    @EnumSource(DType.class)
    void floatsBecomeBytesOfEveryType(DType dtype) {
        Tensor part = Tensor.of(new float[] {7, 1.7f, -0f, 1e-41f, 65520, Float.NaN, 3.4e38f, 9}, 8)
                .slice(0, 1, 7);
        HostStorage each = new HostStorage.Bytes(dtype, MemorySegment.ofArray(new byte[6 * dtype.bytes()]));
        for (int i = 0; i < 6; i++) {
            each.setDouble(i, part.get(i));
        }
        HostStorage all = new HostStorage.Bytes(dtype, MemorySegment.ofArray(new byte[8 * dtype.bytes()]));
        Tensor.over(all, Shape.of(8), 0).slice(0, 2, 8).copyFrom(part);
        for (int i = 0; i < 6; i++) {
            assertEquals(each.getDouble(i), all.getDouble(i + 2));
        }
        assertEquals(0, all.getDouble(0) + all.getDouble(1));
    }

    private static BigDecimal distance(float a, float b) {
        return new BigDecimal(a).subtract(new BigDecimal(b)).abs();
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void smallIntegersSurviveEveryType(DType dtype) {
        long[] values = dtype == DType.BOOL ? new long[] {0, 1, 1, 0} : new long[] {0, 1, 100, 127};
        Tensor x = Tensor.of(values, 2, 2).transpose(0, 1).to(dtype);
        assertEquals(dtype, x.dtype());
        assertArrayEquals(new long[] {values[0], values[2], values[1], values[3]}, x.toLongArray());
        assertArrayEquals(new double[] {values[0], values[2], values[1], values[3]}, x.toDoubleArray());
        assertEquals(4L * dtype.bytes(), x.toBytes().byteSize());
    }

    @Test
    void largeIntegersStayExact() {
        long big = (1L << 53) + 1;
        Tensor x = Tensor.of(new long[] {big, -big, Long.MIN_VALUE}, 3);
        assertArrayEquals(new long[] {big, -big, Long.MIN_VALUE}, x.copy().toLongArray());
        assertArrayEquals(
                new long[] {big, -big, Long.MIN_VALUE},
                Tensor.over(new HostStorage.Bytes(DType.I64, x.toBytes()), x.shape(), 0)
                        .toLongArray());
        assertArrayEquals(new long[] {1, -1, 0}, x.to(DType.I32).toLongArray(), "integers keep the low bits");
    }

    @Test
    void integersFromFloatsAreCutOff() {
        Tensor x = Tensor.of(new float[] {1.9f, -1.9f, 200, 0.4f}, 4);
        assertArrayEquals(new long[] {1, -1, 200, 0}, x.to(DType.I32).toLongArray());
        assertArrayEquals(new long[] {1, 255, 200, 0}, x.to(DType.U8).toLongArray());
        assertArrayEquals(new long[] {1, -1, -56, 0}, x.to(DType.I8).toLongArray());
        assertArrayEquals(new long[] {1, 1, 1, 0}, x.to(DType.BOOL).toLongArray());
    }

    @Test
    void theSameTypeIsNoCopy() {
        Tensor x = Tensor.zeros(2);
        assertSame(x, x.to(DType.F32));
    }

    @Test
    void bytesAreLittleEndianAndMayLieAnywhere() {
        byte[] file = {9, 0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0xc0, 9, 9};
        MemorySegment two = MemorySegment.ofArray(file).asSlice(1, 8);
        Tensor x = Tensor.over(new HostStorage.Bytes(DType.F32, two), Shape.of(2), 0);
        assertArrayEquals(new float[] {1, -2}, x.toFloatArray());
        assertEquals(two.address(), x.toBytes().address(), "no copy where the memory is that already");
        assertEquals(-2f, x.slice(0, 1, 2).toBytes().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0));
        assertEquals(
                "[storage] the length must be a multiple of 4 bytes; got 7 bytes",
                assertThrows(TensorException.class, () -> new HostStorage.Bytes(DType.F32, two.asSlice(0, 7)))
                        .getMessage());
    }

    @Test
    void allocationHasALimit() {
        assertEquals(
                "[allocate] a storage holds at most 2147483639 elements; got 2147483640",
                assertThrows(TensorException.class, () -> HostStorage.allocate(DType.F32, 2147483640L))
                        .getMessage());
    }
}
