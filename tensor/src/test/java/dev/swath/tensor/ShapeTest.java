package dev.swath.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ShapeTest {
    @Test
    void countsAxesFromBothEnds() {
        Shape s = Shape.of(8, 64, 768);
        assertEquals(3, s.rank());
        assertEquals(768, s.dim(-1));
        assertEquals(8, s.dim(-3));
        assertEquals(8 * 64 * 768, s.elements());
        assertEquals(64 * 768, s.product(1, 3));
        assertEquals(1, s.product(2, 2));
        assertEquals("[8, 64, 768]", s.toString());
        assertEquals(
                "[shape] axis must lie in [-3, 3); got 3 for [8, 64, 768]",
                assertThrows(TensorException.class, () -> s.dim(3)).getMessage());
        assertThrows(TensorException.class, () -> s.axis(-4));
    }

    @Test
    void theScalarShapeHasOneElement() {
        assertEquals(0, Shape.of().rank());
        assertEquals(1, Shape.of().elements());
        assertEquals("[]", Shape.of().toString());
    }

    @Test
    void isAValue() {
        int[] dims = {2, 3};
        Shape s = Shape.of(dims);
        dims[0] = 9;
        s.dims()[1] = 9;
        assertEquals(Shape.of(2, 3), s);
        assertEquals(Shape.of(2, 3).hashCode(), s.hashCode());
        assertNotEquals(Shape.of(2, 3, 1), s);
        assertEquals(Shape.of(2, 5), s.with(-1, 5));
    }

    @Test
    void rowMajorStrides() {
        assertArrayEquals(new long[] {15, 5, 1}, Shape.of(2, 3, 5).rowMajorStrides());
        assertArrayEquals(new long[] {}, Shape.of().rowMajorStrides());
        assertArrayEquals(new long[] {3, 3, 1}, Shape.of(2, 0, 3).rowMajorStrides());
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertEquals(
                "[shape] extents must not be negative; got [2, -1]",
                assertThrows(TensorException.class, () -> Shape.of(2, -1)).getMessage());
        assertEquals(
                "[shape] the number of elements must fit 63 bits; got [2147483647, 2147483647, 4]",
                assertThrows(TensorException.class, () -> Shape.of(Integer.MAX_VALUE, Integer.MAX_VALUE, 4))
                        .getMessage());
    }

    @Test
    void broadcastsFromTheLastAxis() {
        assertEquals(Shape.of(2, 3, 5), Shape.broadcast(Shape.of(2, 1, 5), Shape.of(3, 1)));
        assertEquals(Shape.of(7), Shape.broadcast(Shape.of(), Shape.of(7)));
        assertEquals(Shape.of(0), Shape.broadcast(Shape.of(1), Shape.of(0)));
        assertEquals(
                "[broadcast] extents must agree or be 1, from the last axis on; got [2, 3] and [3, 2]",
                assertThrows(TensorException.class, () -> Shape.broadcast(Shape.of(2, 3), Shape.of(3, 2)))
                        .getMessage());
    }
}
