package dev.swath.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ViewsTest {
    /** 0, 1, 2, ... in row-major order. */
    private static Tensor counting(int... dims) {
        float[] x = new float[Shape.of(dims).product(0, dims.length)];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
        }
        return Tensor.of(x, dims);
    }

    private static String refused(Runnable call) {
        return assertThrows(TensorException.class, call::run).getMessage();
    }

    @Test
    void viewsShareMemory() {
        Tensor x = counting(2, 3);
        Tensor view = x.transpose(0, 1).slice(0, 1, 3);
        view.set(50, 0, 1);
        assertEquals(50, x.get(1, 1));
        assertSame(x.storage(), view.storage());
    }

    @Test
    void permuteMovesAxes() {
        Tensor y = counting(2, 3, 4).permute(2, 0, -2);
        assertEquals(Shape.of(4, 2, 3), y.shape());
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 2; j++) {
                for (int k = 0; k < 3; k++) {
                    assertEquals(12 * j + 4 * k + i, y.get(i, j, k));
                }
            }
        }
        assertFalse(y.isContiguous());
        assertArrayEquals(new float[] {0, 4, 8, 12}, java.util.Arrays.copyOf(y.toFloatArray(), 4));
        assertEquals("[permute] the order must name each axis once; got [0, 0] for [2, 3]", refused(() -> counting(2, 3)
                .permute(0, 0)));
        assertThrows(TensorException.class, () -> counting(2, 3).permute(0));
    }

    @Test
    void slicesAndSelections() {
        Tensor x = counting(4, 5);
        assertArrayEquals(
                new float[] {6, 7, 11, 12}, x.slice(0, 1, 3).slice(1, 1, 3).toFloatArray());
        assertArrayEquals(new float[] {3, 8, 13, 18}, x.select(-1, 3).toFloatArray());
        assertEquals(0, x.slice(0, 2, 2).elements());
        assertEquals(
                "[slice] the range must lie inside [0, 5]; got 3:6 of axis 1 of [4, 5]",
                refused(() -> x.slice(1, 3, 6)));
        assertThrows(TensorException.class, () -> x.slice(0, -1, 2));
        assertThrows(TensorException.class, () -> x.slice(0, 3, 2));
        assertThrows(TensorException.class, () -> x.select(0, 4));
    }

    @Test
    void reshapeDeducesOneExtent() {
        Tensor x = counting(4, 6);
        assertEquals(Shape.of(3, 8), x.reshape(3, -1).shape());
        assertEquals(Shape.of(24), x.reshape(-1).shape());
        assertSame(x.storage(), x.reshape(2, 12).storage());
        assertTrue(refused(() -> x.reshape(5, -1)).startsWith("[reshape] the number of elements must stay 24"));
        assertTrue(refused(() -> x.reshape(-1, -1)).startsWith("[shape] extents must not be negative"));
        assertTrue(refused(() -> x.transpose(0, 1).reshape(24))
                .startsWith("[reshape] only a contiguous tensor can be reshaped without a copy"));
    }

    @Test
    void contiguityIgnoresAxesOfOne() {
        assertTrue(counting(3, 1, 4).permute(1, 0, 2).isContiguous());
        assertTrue(counting(6, 4).slice(0, 2, 5).isContiguous());
        assertFalse(counting(6, 4).slice(1, 0, 3).isContiguous());
        assertTrue(counting(6, 4).slice(1, 0, 3).slice(0, 2, 3).isContiguous());
        Tensor dense = counting(2, 2);
        assertSame(dense, dense.contiguous());
        Tensor turned = dense.transpose(0, 1);
        assertNotSame(turned, turned.contiguous());
        assertArrayEquals(new float[] {0, 2, 1, 3}, turned.contiguous().toFloatArray());
    }

    @Test
    void expandRepeatsByStrideZero() {
        Tensor y = counting(3, 1).expand(Shape.of(2, 3, 4));
        assertEquals(0, y.stride(0));
        assertEquals(1, y.stride(1));
        assertEquals(0, y.stride(2));
        assertArrayEquals(
                new float[] {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2}, y.select(0, 1).toFloatArray());
        assertEquals("[expand] each extent must be 1 or stay; got [3, 1] to [1, 4]", refused(() -> counting(3, 1)
                .expand(Shape.of(1, 4))));
    }

    @Test
    void stridedViewsStayInsideTheStorage() {
        HostStorage ten = HostStorage.allocate(DType.F32, 10);
        assertEquals(
                3, Tensor.strided(ten, Shape.of(2, 2), new long[] {3, 6}, 0).stride(0));
        assertTrue(refused(() -> Tensor.strided(ten, Shape.of(2, 2), new long[] {3, 6}, 1))
                .startsWith("[view] every element must lie inside the storage of 10 elements"));
        assertTrue(refused(() -> Tensor.strided(ten, Shape.of(2), new long[] {-1}, 5))
                .startsWith("[view] strides must not be negative"));
        assertTrue(refused(() -> Tensor.strided(ten, Shape.of(2), new long[] {1, 1}, 0))
                .startsWith("[view] there must be one stride an axis"));
        assertThrows(
                ArithmeticException.class,
                () -> Tensor.strided(ten, Shape.of(1 << 30), new long[] {Long.MAX_VALUE}, 0));
        assertThrows(TensorException.class, () -> Tensor.over(ten, Shape.of(11), 0));
        assertThrows(TensorException.class, () -> Tensor.over(ten, Shape.of(1), -1));
        assertEquals(0, Tensor.over(ten, Shape.of(0, 3), 10).elements());
    }

    @Test
    void elementsAreReadByIndex() {
        Tensor x = counting(2, 3);
        assertEquals(5, x.get(1, 2));
        assertEquals("[index] each index must lie inside [2, 3]; got [1, 3]", refused(() -> x.get(1, 3)));
        assertEquals("[index] there must be one index an axis; got [1] for [2, 3]", refused(() -> x.get(1)));
        assertEquals(4, x.slice(0, 1, 2).slice(1, 1, 2).item());
        assertTrue(refused(x::item).startsWith("[item] the tensor must have one element"));
        assertEquals(3, Tensor.scalar(3).item());
        assertTrue(refused(() -> Tensor.of(new float[5], 2, 3))
                .startsWith("[tensor] the shape must have as many elements as the array"));
    }

    @Test
    void copiesBetweenAnyLayouts() {
        Tensor target = Tensor.zeros(3, 2, 4);
        Tensor source = counting(4, 3, 2).permute(1, 2, 0);
        target.copyFrom(source);
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 2; j++) {
                for (int k = 0; k < 4; k++) {
                    assertEquals(source.get(i, j, k), target.get(i, j, k));
                }
            }
        }
        Tensor holes = counting(3, 4);
        holes.slice(1, 1, 3).copyFrom(Tensor.zeros(3, 2));
        assertArrayEquals(new float[] {0, 0, 0, 3, 4, 0, 0, 7, 8, 0, 0, 11}, holes.toFloatArray());
        assertEquals("[copy] shapes must agree; got [6] to [2, 3]", refused(() -> counting(2, 3)
                .copyFrom(counting(6))));
        Tensor original = counting(2);
        Tensor copy = original.copy();
        copy.set(9, 0);
        assertEquals(0, original.get(0));
    }

    @Test
    void storagesThatOnlyABackendReadsAreTurnedBackByCopy() {
        PackedStorage packed = new PackedStorage(DType.F32, 4, Device.CPU) {
            @Override
            public HostStorage unpack() {
                return new HostStorage.Floats(new float[] {1, 2, 3, 4});
            }
        };
        Tensor x = Tensor.over(packed, Shape.of(2, 2), 0);
        assertArrayEquals(new float[] {1, 2, 3, 4}, x.copy().toFloatArray());
        assertTrue(refused(() -> x.get(0, 0))
                .startsWith("[get] elements are read one by one in processor memory only; call copy() first"));
        assertThrows(TensorException.class, () -> x.slice(0, 0, 1));
        assertThrows(TensorException.class, () -> x.copyFrom(counting(2, 2)));
        assertTrue(x.toString().contains("1.0000"), x.toString());
    }
}
