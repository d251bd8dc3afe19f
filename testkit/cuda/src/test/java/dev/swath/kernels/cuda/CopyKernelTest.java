package dev.swath.kernels.cuda;

import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code copy.cu}. */
class CopyKernelTest {
    @BeforeAll
    static void here() {
        Emulator.require();
    }

    /** Extents, and strides that leave gaps and go in another order. */
    private record Layout(int[] dims, long[] strides, int elements) {
        static Layout of(KernelCheck<?> c, int[] dims, boolean expanded) {
            long[] strides = new long[dims.length];
            int[] order = new int[dims.length];
            for (int i = 0; i < order.length; i++) {
                int j = c.random().nextInt(i + 1);
                order[i] = order[j];
                order[j] = i;
            }
            long step = 1;
            long last = 0;
            for (int axis : order) {
                boolean none = expanded && c.random().nextInt(4) == 0;
                strides[axis] = none ? 0 : step;
                last += none ? 0 : (dims[axis] - 1) * step;
                step = none ? step : step * dims[axis] + c.random().nextInt(3);
            }
            return new Layout(dims, strides, (int) Math.max(0, last) + 1);
        }
    }

    private static int[] dims(KernelCheck<?> c) {
        int[] dims = new int[c.random().nextInt(5)];
        int left = 3000;
        for (int i = 0; i < dims.length; i++) {
            dims[i] = c.extentOrNone(Math.max(1, Math.min(left, 257)));
            left /= Math.max(1, dims[i]);
        }
        return dims;
    }

    @ParameterizedTest
    @EnumSource
    void copiesAtAnyStrides(DType type) {
        KernelCheck.seeds().forEach(seed -> {
            KernelCheck<CopyKernel> c =
                    KernelCheck.of(CopyKernel.class, KernelTypes.of(type), seed).within(0, 0);
            int[] dims = dims(c);
            Layout to = Layout.of(c, dims, false);
            Layout from = Layout.of(c, dims, true);
            KernelCheck<CopyKernel>.Operand y = c.inOut(type, to.elements);
            KernelCheck<CopyKernel>.Operand x = c.in(type, from.elements);
            c.check((k, on) -> k.copy(y.slice(), to.strides, x.slice(), from.strides, dims, on));
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void addsAtAnyStrides(DType type) {
        KernelCheck.seeds().forEach(seed -> {
            KernelCheck<CopyKernel> c = KernelCheck.of(CopyKernel.class, KernelTypes.of(type), seed);
            int[] dims = dims(c);
            Layout to = Layout.of(c, dims, false);
            Layout from = Layout.of(c, dims, true);
            KernelCheck<CopyKernel>.Operand y = c.inOut(type, to.elements);
            KernelCheck<CopyKernel>.Operand x = c.in(type, from.elements);
            c.check((k, on) -> k.add(y.slice(), to.strides, x.slice(), from.strides, dims, on));
        });
    }

    @ParameterizedTest
    @EnumSource
    void fills(DType type) {
        KernelCheck.seeds().forEach(seed -> {
            KernelCheck<CopyKernel> c = KernelCheck.of(CopyKernel.class, KernelTypes.of(type), seed);
            int n = c.extentOrNone(1031);
            double value = c.random().nextInt(-3, 4);
            KernelCheck<CopyKernel>.Operand y = c.out(type, n);
            c.check((k, on) -> k.fill(y.slice(), value, n, on));
        });
    }

    @ParameterizedTest
    @EnumSource
    void fillsMany(DType type) {
        KernelCheck.seeds().forEach(seed -> {
            KernelCheck<CopyKernel> c = KernelCheck.of(CopyKernel.class, KernelTypes.of(type), seed);
            int[] n = new int[c.random().nextInt(5)];
            List<KernelCheck<CopyKernel>.Operand> y = new ArrayList<>();
            for (int i = 0; i < n.length; i++) {
                n[i] = seed == 0 && i == 0 ? 2 * Tables.CHUNK + c.random().nextInt(99) : c.extentOrNone(1031);
                y.add(c.out(type, n[i]));
            }
            double value = c.random().nextInt(-3, 4);
            c.check((k, on) ->
                    k.fillAll(y.stream().map(KernelCheck.Operand::slice).toList(), value, n, on));
        });
    }
}
