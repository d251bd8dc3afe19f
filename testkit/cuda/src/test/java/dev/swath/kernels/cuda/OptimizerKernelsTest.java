package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.kernels.AdamWKernel;
import dev.swath.kernels.GradientClippingKernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.cuda.Trial.Operand;
import dev.swath.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The optimizer's kernels over many tensors at once, against the scalar ones. */
class OptimizerKernelsTest {
    /** Gradients of parameters have their type. */
    static final List<KernelTypes> TYPES = List.of(KernelTypes.of(DType.F32), KernelTypes.of(DType.BF16));

    private final Random random = new Random(17);
    private CudaBackend backend;

    @BeforeEach
    void open() {
        backend = Devices.backend();
    }

    private int size(int i) {
        return i == 0 ? 0 : i == 1 ? 33_000 + random.nextInt(99) : 1 + random.nextInt(300);
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void adamW(KernelTypes types) {
        for (int i = 0; i < Math.max(4, Trial.SHAPES / 4); i++) {
            Trial t = new Trial(random, types).about("step " + i);
            int tensors = i == 0 ? 0 : 1 + random.nextInt(5);
            List<Operand[]> operands = new ArrayList<>();
            List<Integer> sizes = new ArrayList<>();
            for (int k = 0; k < tensors; k++) {
                int n = size(k == 0 && i == 1 ? 1 : k == 1 ? 0 : 2);
                sizes.add(n);
                operands.add(new Operand[] {
                    t.changed("parameter", types.x(), n, random::nextGaussian),
                    t.changed("first", DType.F32, n, random::nextGaussian),
                    t.changed("second", DType.F32, n, random::nextDouble),
                    t.x(n),
                    t.changed("steps", DType.I64, 1, () -> random.nextInt(50))
                });
            }
            Operand rate = t.given(DType.F64, 1, () -> 0.01 * random.nextDouble());
            AdamWKernel.Coefficients c = new AdamWKernel.Coefficients(0.9, 0.999, 1e-8);
            t.run(backend, AdamWKernel.class, (kernel, at, on) -> {
                List<AdamWKernel.Slot> slots = new ArrayList<>();
                for (int k = 0; k < operands.size(); k++) {
                    Operand[] o = operands.get(k);
                    slots.add(new AdamWKernel.Slot(
                            at.apply(o[0]),
                            at.apply(o[1]),
                            at.apply(o[2]),
                            at.apply(o[3]),
                            at.apply(o[4]),
                            0.01 * k,
                            sizes.get(k)));
                }
                kernel.step(slots, at.apply(rate), c, on);
            });
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void gradientClipping(KernelTypes types) {
        for (int i = 0; i < Math.max(4, Trial.SHAPES / 4); i++) {
            Trial t = new Trial(random, types).about("clipping " + i);
            int tensors = i == 0 ? 0 : 1 + random.nextInt(5);
            int[] n = new int[tensors];
            List<Operand> gradients = new ArrayList<>();
            for (int k = 0; k < tensors; k++) {
                n[k] = size(k == 0 && i == 1 ? 1 : k == 1 ? 0 : 2);
                gradients.add(t.changed("gradient", types.x(), n[k], random::nextGaussian));
            }
            Operand norm = t.result("norm", DType.F64, 1);
            double most = i % 3 == 0 ? 1e9 : 3;
            t.run(backend, GradientClippingKernel.class, (kernel, at, on) -> {
                kernel.norm(at.apply(norm), gradients.stream().map(at).toList(), n, on);
                kernel.scale(gradients.stream().map(at).toList(), n, at.apply(norm), most, on);
            });
        }
    }

    /** The table of tensors is uploaded when it is new and not again. */
    @Test
    void tablesAreUploadedOnce() {
        Tables tables = new Tables();
        long before = backend.transfers().uploads();
        for (int i = 0; i < 5; i++) {
            tables.of(new long[] {1, 2, 3}, backend);
            tables.of(new long[] {1, 2, 4}, backend);
        }
        assertEquals(2, backend.transfers().uploads() - before);
    }
}
