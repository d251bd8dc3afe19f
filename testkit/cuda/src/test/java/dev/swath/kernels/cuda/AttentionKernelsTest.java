package dev.swath.kernels.cuda;

import dev.swath.kernels.AttentionKernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.WindowAttentionKernel;
import dev.swath.kernels.cuda.Trial.Operand;
import dev.swath.tensor.DType;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Window attention and attention against the scalar kernels, on random shapes: those of the general and of the fast kernels. */
class AttentionKernelsTest {
    static final List<KernelTypes> TYPES = Trial.TYPES;

    /** In bf16 weights and slopes are rounded before the second product; sums of rows are those of the rounded weights. */
    private static final double BF16_GRADIENT = 2e-2;

    private static final double BF16_FORWARD = 1e-2;
    private static final double BF16_LOG_SUM = 3e-3;

    /** The largest sum of differences of two numbers that cancel. */
    private static final double F32_GRADIENT = 2e-5;

    private final Random random = new Random(12);
    private CudaBackend backend;

    @BeforeEach
    void open() {
        backend = Devices.backend();
    }

    private int upTo(int n) {
        return 1 + random.nextInt(n);
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void anyWindow(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES / 5; i++) {
            int window = i % 10 == 1 ? 12 : upTo(9);
            int heads = i % 13 == 2 ? 32 : upTo(3);
            int size = i % 9 == 3 ? 129 + random.nextInt(20) : i % 3 == 0 ? upTo(64) : upTo(9);
            window(types, i == 0 ? 0 : upTo(2), window, heads, size);
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void smallWindows(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES / 10; i++) {
            window(types, upTo(2), i % 2 == 0 ? 7 : upTo(8), upTo(3), 32);
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void windowsOf12(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES / 15; i++) {
            window(types, upTo(2), 12, upTo(4), 32);
        }
    }

    private void window(KernelTypes types, int batch, int window, int heads, int size) {
        int height = upTo(2 * window + 3);
        int width = upTo(2 * window + 3);
        int shift = random.nextBoolean() ? 0 : window == 12 && random.nextBoolean() ? 6 : random.nextInt(window);
        window(types, new WindowAttentionKernel.Geometry(batch, height, width, heads * size, heads, window, shift));
    }

    private void window(KernelTypes types, WindowAttentionKernel.Geometry g) {
        boolean bf16 = types.x() == DType.BF16;
        int cells = g.batch() * g.height() * g.width();
        int c = g.channels();
        int side = 2 * g.window() - 1;
        int sums = g.batch() * g.windows() * g.heads() * g.cells();
        double gradient = bf16 ? BF16_GRADIENT : F32_GRADIENT;
        boolean all = random.nextInt(4) > 0;
        Trial t = new Trial(random, types).about(g + (all ? "" : ", dQkv alone"));
        // Scores far from a cell's own one, which the kernel for windows of 12 cells has to notice.
        double size = bf16 && random.nextInt(4) == 0 ? 8 : 1;
        Operand qkv = t.x(cells * 3 * c, () -> size * random.nextGaussian());
        Operand bias = t.parameter(3 * c);
        Operand table = t.parameter(side * side * g.heads());
        Operand dy = t.x(cells * c);
        Operand y = t.y("y", cells * c).within(bf16 ? BF16_FORWARD : 1e-5);
        Operand again = t.y("y without sums", cells * c).within(bf16 ? BF16_FORWARD : 1e-5);
        Operand logSum = t.result("logSum", DType.F32, sums).within(bf16 ? BF16_LOG_SUM : 1e-5);
        Operand dQkv = t.y("dQkv", cells * 3 * c).within(gradient);
        Operand dBias = t.changed("dQkvBias", types.parameters(), 3 * c, random::nextGaussian)
                .within(gradient);
        Operand dTable = t.changed("dTable", types.parameters(), side * side * g.heads(), random::nextGaussian)
                .within(gradient);
        t.run(backend, WindowAttentionKernel.class, (k, at, on) -> {
            k.forward(at.apply(y), at.apply(logSum), at.apply(qkv), at.apply(bias), at.apply(table), g, on);
            k.forward(at.apply(again), null, at.apply(qkv), at.apply(bias), at.apply(table), g, on);
            k.backward(
                    at.apply(dQkv),
                    all ? at.apply(dBias) : null,
                    all ? at.apply(dTable) : null,
                    at.apply(dy),
                    at.apply(y),
                    at.apply(logSum),
                    at.apply(qkv),
                    at.apply(bias),
                    at.apply(table),
                    g,
                    on);
        });
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void anyAttention(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES / 3; i++) {
            int keys = i % 20 == 1 ? 512 : i % 5 == 2 ? upTo(140) : upTo(33);
            int size = i % 7 == 3 ? 60 + random.nextInt(90) : upTo(64);
            attention(types, i == 0 ? 0 : upTo(2), i % 11 == 4 ? 0 : upTo(70), keys, upTo(3), size, false);
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void fewKeys(KernelTypes types) {
        int[] sizes = {32, 64, 96, 128, 160, 192, 256, 384, 480, 512};
        for (int i = 0; i < Trial.SHAPES / 5; i++) {
            int size = i == 1 ? 1024 : sizes[random.nextInt(sizes.length)];
            attention(types, upTo(2), upTo(90), i % 3 == 0 ? 20 : upTo(32), upTo(2), size, true);
        }
    }

    private void attention(
            KernelTypes types, int batch, int queries, int keys, int heads, int size, boolean alignedRows) {
        boolean bf16 = types.x() == DType.BF16;
        int c = heads * size;
        int unit = alignedRows ? 8 : 1;
        int rowQ = c + unit * random.nextInt(3);
        int rowK = c + unit * random.nextInt(3);
        int rowV = 2 * c;
        double scale = 1 / Math.sqrt(size);
        var g = new AttentionKernel.Geometry(batch, queries, keys, c, heads, scale);
        int pairs = batch * heads * queries * keys;
        boolean drops = random.nextBoolean();
        boolean hidesAll = random.nextInt(6) == 0;
        double forward = bf16 ? BF16_FORWARD : 1e-5;
        double gradient = bf16 ? BF16_GRADIENT : F32_GRADIENT;
        Trial t = new Trial(random, types).about(g + (drops ? ", dropped" : "") + (hidesAll ? ", all hidden" : ""));
        Operand q = t.x(batch * queries * rowQ);
        Operand k = t.x(batch * keys * rowK);
        Operand v = t.x(batch * keys * rowV);
        Operand mask = t.x(batch * keys, () -> hidesAll || random.nextInt(3) == 0 ? 0 : 1);
        Operand dropout = t.x(pairs, () -> random.nextInt(4) == 0 ? 0 : 1 / 0.75);
        Operand dy = t.x(batch * queries * c);
        Operand y = t.y("y", batch * queries * c).within(forward);
        Operand again = t.y("y without probabilities", batch * queries * c).within(forward);
        Operand p = t.y("probabilities", pairs).within(forward);
        Operand dq = t.y("dq", batch * queries * c).within(gradient);
        Operand dk = t.y("dk", batch * keys * c).within(gradient);
        Operand dv = t.y("dv", batch * keys * c).within(gradient);
        t.run(backend, AttentionKernel.class, (kernel, at, on) -> {
            kernel.forward(
                    at.apply(y),
                    at.apply(p),
                    at.apply(q),
                    rowQ,
                    at.apply(k),
                    rowK,
                    at.apply(v),
                    rowV,
                    at.apply(mask),
                    drops ? at.apply(dropout) : null,
                    g,
                    on);
            kernel.forward(
                    at.apply(again),
                    null,
                    at.apply(q),
                    rowQ,
                    at.apply(k),
                    rowK,
                    at.apply(v),
                    rowV,
                    at.apply(mask),
                    drops ? at.apply(dropout) : null,
                    g,
                    on);
            kernel.backward(
                    at.apply(dq),
                    at.apply(dk),
                    at.apply(dv),
                    at.apply(dy),
                    at.apply(p),
                    at.apply(q),
                    rowQ,
                    at.apply(k),
                    rowK,
                    at.apply(v),
                    rowV,
                    drops ? at.apply(dropout) : null,
                    g,
                    on);
        });
    }
}
