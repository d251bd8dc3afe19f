package dev.swath.kernels.cuda;

import dev.swath.kernels.Activation;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.Conv2dKernel.Geometry;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Slice;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code conv2d.cu}, {@code hopper_conv2d.cu}, {@code conv2d_f32.cu}, {@code conv2d_tf32.cu} and {@code conv2d_parts.cu}. */
class Conv2dKernelTest {
    @BeforeAll
    static void here() {
        Emulator.require();
    }

    private static Iterable<KernelTypes> types() {
        return KernelCheck.types();
    }

    /** Channels of one part: whole pieces of 16 bytes, or any number. */
    private static int channels(KernelCheck<?> c, int most) {
        SplittableRandom r = c.random();
        return r.nextBoolean() ? 8 * (1 + r.nextInt(most / 8)) : 1 + r.nextInt(most);
    }

    private static Geometry geometry(KernelCheck<?> c, int in, int out, int groups) {
        SplittableRandom r = c.random();
        Geometry g;
        do {
            g = new Geometry(
                    c.random().nextInt(20) == 0 ? 0 : 1 + r.nextInt(2),
                    1 + r.nextInt(12),
                    1 + r.nextInt(12),
                    in,
                    out,
                    1 + r.nextInt(4),
                    1 + r.nextInt(3),
                    r.nextInt(3),
                    groups,
                    1 + r.nextInt(2));
        } while (g.outHeight() <= 0 || g.outWidth() <= 0);
        return g;
    }

    private static long cells(Geometry g) {
        return (long) g.batch() * g.height() * g.width();
    }

    /** The products that one element of the result sums up. */
    private static long window(Geometry g) {
        return (long) g.groupIn() * g.kernel() * g.kernel();
    }

    private static long outCells(Geometry g) {
        return (long) g.batch() * g.outHeight() * g.outWidth();
    }

    private static KernelCheck<Conv2dKernel>.Operand weight(
            KernelCheck<Conv2dKernel> c, KernelTypes types, Geometry g) {
        long n = (long) g.out() * g.groupIn() * g.kernel() * g.kernel();
        return c.in(types.parameters(), c.in(types.x(), n).values());
    }

    private static void forward(KernelTypes types, long seed, boolean tf32) {
        KernelCheck<Conv2dKernel> c = KernelCheck.of(Conv2dKernel.class, types, seed);
        int[] widths = new int[c.toss() ? 1 : 1 + c.random().nextInt(6)];
        int in = 0;
        for (int i = 0; i < widths.length; i++) {
            widths[i] = channels(c, 40);
            in += widths[i];
        }
        Geometry g = geometry(c, in, channels(c, 72), 1);
        Activation f = c.epilogue();
        boolean biased = c.toss();
        KernelCheck<Conv2dKernel>.Operand y =
                c.out(types.x(), outCells(g) * g.out()).sumOf(window(g));
        KernelCheck<Conv2dKernel>.Operand[] x = operands(c, types, widths, cells(g));
        KernelCheck<Conv2dKernel>.Operand w = weight(c, types, g);
        KernelCheck<Conv2dKernel>.Operand bias = c.in(types.parameters(), g.out());
        if (tf32) {
            c.within(5e-3, 5e-3);
        }
        c.check((kernel, on) -> {
            GemmKernelTest.own(on, tf32, seed % 2 == 0);
            Slice[] maps = new Slice[x.length];
            for (int i = 0; i < x.length; i++) {
                maps[i] = x[i].slice();
            }
            kernel.forward(y.slice(), maps, widths, w.slice(), biased ? bias.slice() : null, f, g, on);
        });
    }

    @SuppressWarnings("unchecked")
    private static KernelCheck<Conv2dKernel>.Operand[] operands(
            KernelCheck<Conv2dKernel> c, KernelTypes types, int[] widths, long cells) {
        KernelCheck<Conv2dKernel>.Operand[] x =
                (KernelCheck<Conv2dKernel>.Operand[]) new KernelCheck<?>.Operand[widths.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = c.in(types.x(), cells * widths[i]);
        }
        return x;
    }

    private static void backward(KernelTypes types, long seed, int groups, boolean tf32) {
        KernelCheck<Conv2dKernel> c = KernelCheck.of(Conv2dKernel.class, types, seed);
        int in = groups * (groups > 1 ? 1 + c.random().nextInt(9) : channels(c, 72));
        int out = groups * (groups > 1 ? 1 + c.random().nextInt(9) : channels(c, 72));
        Geometry g = geometry(c, in, out, groups);
        boolean biased = c.toss();
        KernelCheck<Conv2dKernel>.Operand dy = c.in(types.x(), outCells(g) * g.out());
        KernelCheck<Conv2dKernel>.Operand x = c.in(types.x(), cells(g) * g.in());
        KernelCheck<Conv2dKernel>.Operand w = weight(c, types, g);
        KernelCheck<Conv2dKernel>.Operand bias = c.in(types.parameters(), g.out());
        KernelCheck<Conv2dKernel>.Operand y =
                c.out(types.x(), outCells(g) * g.out()).sumOf(window(g));
        long parts = (long) g.out() / groups * g.kernel() * g.kernel();
        KernelCheck<Conv2dKernel>.Operand dx =
                c.out(types.x(), cells(g) * g.in()).sumOf(parts);
        KernelCheck<Conv2dKernel>.Operand dw =
                c.inOut(types.parameters(), w.values().length).sumOf(outCells(g));
        KernelCheck<Conv2dKernel>.Operand db =
                c.inOut(types.parameters(), g.out()).sumOf(outCells(g));
        if (tf32) {
            c.within(5e-3, 5e-3);
        }
        c.check((kernel, on) -> {
            GemmKernelTest.own(on, tf32, seed % 2 == 0);
            kernel.forward(
                    y.slice(),
                    new Slice[] {x.slice()},
                    new int[] {in},
                    w.slice(),
                    biased ? bias.slice() : null,
                    Activation.IDENTITY,
                    g,
                    on);
            kernel.backwardInput(dx.slice(), dy.slice(), w.slice(), g, on);
            kernel.backwardWeight(dw.slice(), biased ? db.slice() : null, dy.slice(), x.slice(), g, on);
        });
    }

    @ParameterizedTest
    @MethodSource("types")
    void convolvesMapsInParts(KernelTypes types) {
        KernelCheck.seeds().forEach(seed -> forward(types, seed, false));
    }

    @ParameterizedTest
    @MethodSource("types")
    void givesGradients(KernelTypes types) {
        KernelCheck.seeds().forEach(seed -> backward(types, seed, 1, false));
    }

    @ParameterizedTest
    @MethodSource("types")
    void convolvesInGroups(KernelTypes types) {
        KernelCheck.seeds().forEach(seed -> backward(types, seed, 2 + seed % 5, false));
    }

    @ParameterizedTest
    @MethodSource("types")
    void roundsToTf32WhereThatIsAllowed(KernelTypes types) {
        KernelCheck.seeds().limit(6).forEach(seed -> {
            forward(types, seed, true);
            backward(types, seed, 1, true);
        });
    }
}
