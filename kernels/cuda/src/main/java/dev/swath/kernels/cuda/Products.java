package dev.swath.kernels.cuda;

import dev.swath.kernels.Activation;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Slice;
import dev.swath.kernels.UnaryKernel;
import dev.swath.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What matrix products and convolutions share: operands in the form that the tiles of {@code products.cuh} read, and launches. */
final class Products {
    private static final int THREADS = 256;

    private Products() {}

    /**
     * Where a product goes: C = f(AB + bias) + residual, or C += AB.
     *
     * @param c (m, n), f32 or bf16
     * @param ld distance between its rows
     * @param residual at the same distance
     */
    record Target(
            Slice c,
            long ld,
            @Nullable Slice bias,
            Activation f,
            @Nullable Slice residual,
            boolean accumulate) {
        /** Nothing but the product. */
        static Target of(Slice c, long ld, boolean accumulate) {
            return new Target(c, ld, null, Activation.IDENTITY, null, accumulate);
        }

        Target summing(boolean also) {
            return new Target(c, ld, bias, f, residual, also);
        }
    }

    /**
     * An operand as the tiles read it: element (row, k) at {@code row * ld + k}, or at {@code k * ld + row}, 16 bytes of
     * neighbours at multiples of 16.
     */
    record Operand(Slice slice, long ld, boolean alongK) {}

    /**
     * One product on the device.
     *
     * @param file {@code gemm} or {@code conv2d}
     * @param kernel what the kernel's name begins with, for every kind
     * @param operands puts what comes before the result
     * @param maps a structure behind the result, or null
     */
    record Call(
            String file,
            String kernel,
            Tiling.Kind kind,
            Consumer<Launch> operands,
            @Nullable MemorySegment maps,
            int m,
            int n,
            int k,
            long lda,
            long ldb) {}

    /** What multiplies elements of that type. */
    static Tiling.Kind kind(DType type, CudaExecution on) {
        if (type == DType.BF16) {
            return on.backend().hopper() ? Tiling.Kind.HOPPER : Tiling.Kind.BF16;
        }
        return on.tf32() ? Tiling.Kind.TF32 : Tiling.Kind.F32;
    }

    /** Elements of 16 bytes. */
    static int piece(DType type) {
        return 16 / type.bytes();
    }

    static int padded(int n, int piece) {
        return (n + piece - 1) / piece * piece;
    }

    /** Whether element 0 lies at a multiple of 16 bytes. */
    static boolean aligned(Slice slice) {
        return slice.offset() * (long) slice.storage().dtype().bytes() % 16 == 0;
    }

    /**
     * The matrix (rows, k) as an operand of that type; what lies otherwise and is not rounded already is copied.
     *
     * @param eitherOrder whether it may lie along rows
     */
    static Operand operand(
            Slice matrix,
            long rowStride,
            long kStride,
            int rows,
            int k,
            DType type,
            boolean eitherOrder,
            CudaExecution on,
            Scratch scratch) {
        Slice x = CudaStorage.multiplied(matrix, type);
        int piece = piece(type);
        if (x.storage().dtype() == type && aligned(x)) {
            if ((kStride == 1 || k <= 1) && k % piece == 0 && (rowStride % piece == 0 || rows <= 1)) {
                return new Operand(x, rows <= 1 ? k : rowStride, true);
            }
            if (eitherOrder && (rowStride == 1 || rows <= 1) && rows % piece == 0 && (kStride % piece == 0 || k <= 1)) {
                return new Operand(x, k <= 1 ? rows : kStride, false);
            }
        }
        boolean alongRows = eitherOrder && rowStride == 1 && kStride != 1 && rows >= piece;
        int ld = padded(alongRows ? rows : k, piece);
        Slice copy = scratch.take(type, (long) (alongRows ? k : rows) * ld);
        if (alongRows) {
            arrange(copy, ld, x, kStride, 1, k, rows, ld, on);
        } else {
            arrange(copy, ld, x, rowStride, kStride, rows, k, ld, on);
        }
        return new Operand(copy, ld, !alongRows);
    }

    /** y[i * ld + j] = x[i * rowStride + j * columnStride], and zeros for j from {@code columns} to {@code width}. */
    static void arrange(
            Slice y,
            long ld,
            Slice x,
            long rowStride,
            long columnStride,
            int rows,
            int columns,
            int width,
            CudaExecution on) {
        DType type = y.storage().dtype();
        if (x.storage().dtype() == type && columnStride == 1 && width == columns) {
            int[] dims = {rows, columns};
            on.backend()
                    .kernel(CopyKernel.class, KernelTypes.of(type))
                    .copy(y, new long[] {ld, 1}, x, new long[] {rowStride, 1}, dims, on);
            return;
        }
        on.launch("gemm_parts", "gemm_arrange_" + type + "_" + x.storage().dtype())
                .grid((rows + 31L) / 32 * ((width + 31) / 32))
                .block(THREADS)
                .at(y)
                .at(x)
                .i64(ld)
                .i64(rowStride)
                .i64(columnStride)
                .i32(rows)
                .i32(columns)
                .i32(width)
                .run();
    }

    /** Computes it, in as many launches as its sums want. */
    static void run(Call call, Target to, CudaExecution on, Scratch scratch) {
        if (call.m == 0 || call.n == 0) {
            return;
        }
        Tiling tiling = Tiling.of(call.kind, call.m, call.n, call.k, on.multiprocessors(), false);
        int longest = call.kind.longest();
        if (tiling.splits() > 1) {
            int step = call.kind.step();
            int length = Math.min(tiling.length(), longest / step * step);
            int splits = (call.k + length - 1) / length;
            Tiling split = new Tiling(tiling.tile(), splits, length);
            Slice sums = scratch.take(DType.F32, (long) splits * call.m * call.n);
            partial(call, split, sums, on);
            Launch finish = on.launch("gemm_parts", "gemm_finish")
                    .cover((long) call.m * ((call.n + 7) / 8), THREADS)
                    .block(THREADS)
                    .at(sums)
                    .i32(splits);
            result(finish, to, null)
                    .bytes(product(call, split, to, 0, call.k, 0))
                    .run();
            return;
        }
        Tiling whole = new Tiling(tiling.tile(), 1, Math.max(tiling.length(), call.kind.step()));
        if (call.k <= longest) {
            launch(call, whole, to, null, 0, call.k, 0, on);
            return;
        }
        // A long f32 sum is cut, so that the error grows with the length of a cut only.
        boolean plain = to.bias == null && to.residual == null && to.f == Activation.IDENTITY;
        boolean inPlace = plain || !to.accumulate && (to.residual == null || to.residual.storage() != to.c.storage());
        Slice sums = inPlace ? to.c : scratch.take(DType.F32, (long) call.m * call.n);
        long ld = inPlace ? to.ld : call.n;
        for (int from = 0; from < call.k; from += longest) {
            int end = Math.min(call.k, from + longest);
            boolean last = end == call.k;
            if (plain) {
                launch(call, whole, to.summing(from > 0 || to.accumulate), null, from, end, 0, on);
            } else if (last) {
                launch(call, whole, to, sums, from, end, ld, on);
            } else {
                launch(call, whole, Target.of(sums, ld, from > 0), null, from, end, 0, on);
            }
        }
    }

    private static void launch(
            Call call, Tiling tiling, Target to, @Nullable Slice before, int from, int end, long ld, CudaExecution on) {
        Launch launch = begin(call, tiling, on);
        result(launch, to, before).optional(null);
        if (call.maps != null) {
            launch.bytes(call.maps);
        }
        launch.bytes(product(call, tiling, to, from, end, ld)).run();
    }

    /** The partial sums (splits, m, n) in f32. */
    static void partial(Call call, Tiling tiling, Slice sums, CudaExecution on) {
        Launch launch = begin(call, tiling, on);
        for (int i = 0; i < 7; i++) {
            launch.optional(null);
        }
        launch.at(sums);
        if (call.maps != null) {
            launch.bytes(call.maps);
        }
        launch.bytes(product(call, tiling, Target.of(sums, call.n, false), 0, call.k, 0))
                .run();
    }

    /** C = f(C). */
    static void activate(Target to, int m, int n, CudaExecution on) {
        if (to.ld == n && (long) m * n <= Integer.MAX_VALUE) {
            KernelTypes types = KernelTypes.of(to.c.storage().dtype());
            on.backend().kernel(UnaryKernel.class, types).forward(to.c, to.c, to.f, m * n, on);
            return;
        }
        on.launch("gemm_parts", "gemm_activate_" + to.c.storage().dtype())
                .cover((long) m * ((n + 7) / 8), THREADS)
                .block(THREADS)
                .at(to.c)
                .i32(m)
                .i32(n)
                .i64(to.ld)
                .i32(to.f.ordinal())
                .run();
    }

    private static Launch begin(Call call, Tiling tiling, CudaExecution on) {
        Tiling.Tile tile = tiling.tile();
        Launch launch = on.launch(call.kind.file(call.file), call.kind.kernel(call.kernel, tile))
                .grid(tile.down(call.m) * tile.across(call.n), tiling.splits(), 1)
                .block(tile.threads())
                .shared(tile.shared());
        call.operands.accept(launch);
        return launch;
    }

    /** The pointers of struct Result up to the partial sums. */
    private static Launch result(Launch launch, Target to, @Nullable Slice before) {
        either(launch, to.c);
        either(launch, to.bias);
        either(launch, to.residual);
        return launch.optional(before);
    }

    /** Two pointers, for f32 and for bf16, of which one is null at least. */
    private static void either(Launch launch, @Nullable Slice slice) {
        boolean bf16 = slice != null && slice.storage().dtype() == DType.BF16;
        launch.optional(bf16 ? null : slice).optional(bf16 ? slice : null);
    }

    /** struct Product. */
    private static MemorySegment product(Call call, Tiling tiling, Target to, int from, int end, long ldBefore) {
        return new Structure(72)
                .i32(call.m, call.n, end, from, tiling.length())
                .i32((int) tiling.tile().down(call.m), (int) tiling.tile().across(call.n))
                .i32(to.f.ordinal(), to.accumulate ? 1 : 0, 0)
                .i64(call.lda, call.ldb, to.ld, ldBefore)
                .end();
    }

    /** struct Divisor: {@code n / d} is {@code n * multiplier >> shift} for all n from 0 to 2^31 - 1. */
    static int[] divisor(int d) {
        int l = 32 - Integer.numberOfLeadingZeros(d - 1);
        return new int[] {(int) ((1L << 31 + l) / d + 1), 31 + l, d};
    }
}
