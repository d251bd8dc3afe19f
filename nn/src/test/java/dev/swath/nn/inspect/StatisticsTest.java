package dev.swath.nn.inspect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    void theyAreThoseOfExactArithmetic() {
        Random random = new Random(5);
        float[] x = new float[1003];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (random.nextGaussian() * 3 + 100);
        }
        x[7] = 0;
        x[8] = -0f;
        Statistics s = Statistics.of(Tensor.of(x, 17, 59));
        MathContext exact = MathContext.UNLIMITED;
        BigDecimal sum = BigDecimal.ZERO;
        for (float v : x) {
            sum = sum.add(new BigDecimal(v), exact);
        }
        BigDecimal mean = sum.divide(BigDecimal.valueOf(x.length), MathContext.DECIMAL128);
        BigDecimal squares = BigDecimal.ZERO;
        for (float v : x) {
            BigDecimal d = new BigDecimal(v).subtract(mean);
            squares = squares.add(d.multiply(d));
        }
        double deviation = Math.sqrt(squares.doubleValue() / x.length);
        assertEquals(mean.doubleValue(), s.mean(), 1e-12 * mean.doubleValue());
        assertEquals(deviation, s.deviation(), 1e-12 * deviation);
        float[] sorted = x.clone();
        Arrays.sort(sorted);
        assertEquals(sorted[0], s.min());
        assertEquals(sorted[sorted.length - 1], s.max());
        assertEquals(2, s.zeros());
        assertEquals(1003, Arrays.stream(s.histogram()).sum());
        double width = (s.max() - s.min()) / Statistics.BINS;
        for (int bin = 0; bin < Statistics.BINS; bin++) {
            long lower = 0;
            for (float v : x) {
                lower += v < s.min() + bin * width ? 1 : 0;
            }
            long before = Arrays.stream(s.histogram(), 0, bin).sum();
            assertEquals(lower, before, 1, "elements below part " + bin);
        }
    }

    @Test
    void whatIsNoNumberIsCountedByItself() {
        float[] x = {Float.NaN, 1, Float.POSITIVE_INFINITY, 3, Float.NEGATIVE_INFINITY, Float.NaN, Float.NaN};
        Statistics s = Statistics.of(Tensor.of(x, 7));
        assertEquals(3, s.nan());
        assertEquals(2, s.infinite());
        assertEquals(2, s.mean());
        assertEquals(1, s.deviation());
        assertEquals(1, s.min());
        assertEquals(3, s.max());
        assertEquals(2, Arrays.stream(s.histogram()).sum());
        Statistics none = Statistics.of(Tensor.of(new float[] {Float.NaN}, 1));
        assertEquals(0, none.max());
        assertEquals(1, none.nan());
    }

    @Test
    void viewsAndOtherTypesAreReadAsTheyAre() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Statistics column = Statistics.of(x.transpose(0, 1).slice(0, 1, 2));
        assertEquals(3.5, column.mean());
        assertEquals(Statistics.of(x).mean(), Statistics.of(x.to(DType.BF16)).mean());
        Statistics whole = Statistics.of(Tensor.of(new long[] {4, 4, 4}, 3));
        assertEquals(4, whole.mean());
        assertEquals(0, whole.deviation());
        assertEquals(3, whole.histogram()[0], "of equal elements all are in the first part");
        assertEquals(0, Statistics.of(Tensor.zeros(0)).count());
    }

    @Test
    void aPictureIsTheMeanOverChannelsAndCells() {
        Tensor map = Tensor.zeros(2, 2, 3, 2);
        for (int i = 0; i < 6; i++) {
            map.set(i, 0, i / 3, i % 3, 0);
            map.set(3 * i, 0, i / 3, i % 3, 1);
            map.set(99, 1, i / 3, i % 3, 1);
        }
        Picture p = Objects.requireNonNull(Picture.of(map, 0));
        assertEquals(2, p.height());
        assertEquals(3, p.width());
        assertArrayEquals(new float[] {0, 2, 4, 6, 8, 10}, p.values());
        Picture cells = Objects.requireNonNull(Picture.of(map.slice(0, 0, 1).reshape(1, 6, 2), 2));
        assertArrayEquals(p.values(), cells.values());
        Picture words = Objects.requireNonNull(Picture.of(map.slice(0, 0, 1).reshape(1, 6, 2), 0));
        assertEquals(6, words.height());
        assertArrayEquals(new float[] {0, 0, 1, 3, 2, 6, 3, 9, 4, 12, 5, 15}, words.values());
        assertEquals(null, Picture.of(Tensor.zeros(3), 0));
        assertEquals(null, Picture.of(Tensor.zeros(DType.I64, Shape.of(2, 2)), 0));
    }

    @Test
    void aLargePictureIsPooled() {
        int side = 130;
        Tensor map = Tensor.zeros(1, side, side, 1);
        double sum = 0;
        for (int i = 0; i < side; i++) {
            for (int j = 0; j < side; j++) {
                map.set(i * 0.5 + j, 0, i, j, 0);
            }
        }
        for (int i = 0; i <= 2; i++) {
            for (int j = 2; j <= 4; j++) {
                sum += i * 0.5 + j;
            }
        }
        Picture p = Objects.requireNonNull(Picture.of(map, 0));
        assertEquals(Picture.LARGEST, p.height());
        // Row 0 is rows 0 to ceil(130/64) - 1 = 2 of the map; column 1 is columns floor(130/64) = 2 to ceil(260/64) - 1
        // = 4.
        assertEquals(sum / 9, p.values()[1], 1e-4);
    }

    @Test
    void deviationsTellHowFarTensorsAreApart() {
        Tensor want = Tensor.of(new float[] {1, -4, 0, 2}, 1, 2, 2);
        Tensor got = Tensor.of(new float[] {1, -4, 1, 2}, 1, 2, 2);
        Deviation d = Deviation.of("m", got, want);
        assertEquals(1, d.largest());
        assertEquals(0.25, d.relative());
        assertEquals(1 / Math.sqrt(21), d.norm(), 1e-12);
        assertEquals(1, d.different());
        assertTrue(d.isWithin(0.25) && !d.isWithin(0.24) && !d.isEqual());
        assertTrue(Deviation.of("m", want, want).isEqual());
    }

    @Test
    void channelsInFrontAreReadAsOurs() {
        Tensor ours = Tensor.zeros(1, 2, 3, 4);
        for (int i = 0; i < 24; i++) {
            ours.set(i, 0, i / 12, i / 4 % 3, i % 4);
        }
        Tensor theirs = ours.permute(0, 3, 1, 2).contiguous();
        assertTrue(Deviation.of("m", ours, theirs).isEqual());
        assertTrue(Deviation.of("m", ours.reshape(1, 6, 4), theirs.reshape(1, 4, 6))
                .isEqual());
        Deviation other = Deviation.of("m", ours, Tensor.zeros(1, 2, 3, 5));
        assertFalse(other.comparable());
        assertFalse(other.isWithin(Double.MAX_VALUE));
    }

    @Test
    void noNumberAgainstANumberIsBeyondAnyTolerance() {
        Tensor nan = Tensor.of(new float[] {Float.NaN, 1}, 2);
        assertFalse(Deviation.of("m", nan, Tensor.zeros(2)).isWithin(1e30));
        assertFalse(Deviation.of("m", Tensor.zeros(2), nan).isWithin(1e30));
        assertTrue(Deviation.of("m", nan, nan).isEqual());
    }
}
