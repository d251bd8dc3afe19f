package dev.swath.kernels.cuda;

import dev.swath.kernels.AttentionKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.InstanceNormKernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Slice;
import dev.swath.kernels.cuda.Trial.Operand;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The chain of norm, attention and norm against the three scalar kernels, one after another. */
class WordChainTest {
    static final List<KernelTypes> TYPES = List.of(KernelTypes.of(DType.F32), KernelTypes.of(DType.BF16));

    private static final double EPS = 1e-5;

    // The second norm divides by the deviation of what the attention gives, which is a tenth of it or so: errors grow
    // by that.
    private static final double F32 = 1e-4;
    private static final double BF16 = 2e-2;

    private final Random random = new Random(22);
    private CudaBackend backend;

    @BeforeEach
    void open() {
        backend = Devices.backend();
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void chain(KernelTypes types) {
        for (int i = 0; i < Trial.SHAPES / 4; i++) {
            int pixels = i % 5 == 1 ? 300 + random.nextInt(300) : 2 + random.nextInt(90);
            int words = i % 3 == 0 ? 20 : 2 + random.nextInt(31);
            int channels = i % 7 == 2 ? 200 + random.nextInt(150) : 1 + random.nextInt(70);
            double scale = 1 / Math.sqrt(channels);
            double offset = random.nextInt(3) == 0 ? 5 : 0;
            chain(types, new WordChain.Geometry(i == 0 ? 0 : 1 + i % 2, pixels, words, channels, scale, EPS), offset);
        }
    }

    private void chain(KernelTypes types, WordChain.Geometry g, double offset) {
        int map = g.batch() * g.pixels() * g.channels();
        int perWord = g.batch() * g.words() * g.channels();
        double tolerance = types.x() == DType.BF16 ? BF16 : F32;
        Trial t = new Trial(random, types).about(g + " around " + offset);
        int[] drawn = {0};
        // The first pixel of the first sample lies far from the others.
        Operand q = t.x(map, () -> drawn[0]++ < g.channels() ? 30 : offset + random.nextGaussian());
        Operand k = t.x(perWord, () -> 2 * random.nextGaussian());
        Operand u = t.x(perWord, () -> offset + random.nextGaussian());
        // One word is always visible; the others often.
        int[] next = {0};
        Operand mask = t.x(g.batch() * g.words(), () -> next[0]++ % g.words() < 2 || random.nextInt(3) > 0 ? 1 : 0);
        Operand y = t.y("y", map).within(tolerance);
        Operand both = t.y("mean and maximum", g.batch() * g.pixels() * 2).within(tolerance);
        Operand alone =
                t.y("mean and maximum alone", g.batch() * g.pixels() * 2).within(tolerance);
        WordChain chain = new WordChain(Types.of(types.x().toString()));
        t.run(
                backend,
                AttentionKernel.class,
                (kernel, at, on) -> {
                    expected(kernel, at.apply(y), at.apply(q), at.apply(k), at.apply(u), at.apply(mask), g, on);
                    for (Operand o : List.of(both, alone)) {
                        meanAndMaximum(at.apply(o), at.apply(y), g);
                    }
                },
                chain,
                (kernel, at, on) -> {
                    Function<Operand, Slice> a = at;
                    kernel.forward(a.apply(y), a.apply(both), a.apply(q), a.apply(k), a.apply(u), a.apply(mask), g, on);
                    kernel.forward(null, a.apply(alone), a.apply(q), a.apply(k), a.apply(u), a.apply(mask), g, on);
                });
    }

    private static void expected(
            AttentionKernel attention,
            Slice y,
            Slice q,
            Slice k,
            Slice u,
            Slice mask,
            WordChain.Geometry g,
            Execution on) {
        InstanceNormKernel norm = new ScalarBackend().kernel(InstanceNormKernel.class, DType.F64);
        int c = g.channels();
        Slice normed = Slice.of(HostStorage.allocate(DType.F64, g.batch() * g.pixels() * c), 0);
        norm.forward(normed, null, null, q, g.eps(), g.batch(), g.pixels(), c, on);
        var sizes = new AttentionKernel.Geometry(g.batch(), g.pixels(), g.words(), c, 1, g.scale());
        attention.forward(y, null, normed, c, k, c, u, c, mask, null, sizes, on);
        norm.forward(y, null, null, y, g.eps(), g.batch(), g.pixels(), c, on);
    }

    private static void meanAndMaximum(Slice to, Slice y, WordChain.Geometry g) {
        for (int i = 0; i < g.batch() * g.pixels(); i++) {
            double sum = 0;
            double most = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < g.channels(); c++) {
                double v = y.get(i * g.channels() + c);
                sum += v;
                most = Math.max(most, v);
            }
            to.set(2 * i, sum / g.channels());
            to.set(2 * i + 1, most);
        }
    }
}
