package dev.swath.kernels.cuda;

import dev.swath.kernels.Execution;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import java.util.Arrays;
import java.util.List;

/**
 * Whether the kernels for compute capability 9.0 do on this device what they do in the tests: they depend on how its units read
 * shared memory more than any others, so each tile is tried once in each order, on whole numbers, for which every order of
 * summation gives the same bits, against the kernels for all devices.
 */
final class Hopper {
    private static final System.Logger LOGGER = System.getLogger(Hopper.class.getName());
    private static final int M = 160;
    private static final int N = 264;
    private static final int K = 216;

    private Hopper() {}

    /** Tries them; where one is wrong a warning names it, and none is used. */
    static boolean works(CudaBackend backend) {
        try (Execution execution = backend.execution(Parallelism.single());
                Scratch scratch = new Scratch(execution)) {
            CudaExecution on = CudaExecution.of(execution);
            Slice a = numbers(scratch, (long) M * K, 7);
            Slice b = numbers(scratch, (long) N * K, 11);
            for (String order : List.of("kk", "kr", "rr")) {
                float[] expected = product(
                        order, Tiling.Kind.BF16, Tiling.Kind.BF16.tiles().getFirst(), a, b, on, scratch);
                for (Tiling.Tile tile : Tiling.Kind.HOPPER.tiles()) {
                    if (!Arrays.equals(expected, product(order, Tiling.Kind.HOPPER, tile, a, b, on, scratch))) {
                        LOGGER.log(
                                System.Logger.Level.WARNING,
                                "{0} gives wrong results on {1}, so slower kernels are used; please report it",
                                Tiling.Kind.HOPPER.kernel("gemm_" + order, tile),
                                backend.gpu().name());
                        return false;
                    }
                }
            }
            return true;
        }
    }

    /** Whole numbers from -4 to 4. */
    private static Slice numbers(Scratch scratch, long n, int step) {
        HostStorage host = HostStorage.allocate(DType.BF16, n);
        for (int i = 0; i < n; i++) {
            host.setDouble(i, (long) i * i * step % 9 - 4);
        }
        Slice there = scratch.take(DType.BF16, n);
        ((CudaStorage) there.storage()).write(host, 0, 0, n);
        return there;
    }

    /** The sums of (M, N) products; whatever the order, the operands are the same memory read in that order. */
    private static float[] product(
            String order, Tiling.Kind kind, Tiling.Tile tile, Slice a, Slice b, CudaExecution on, Scratch scratch) {
        Slice sums = scratch.take(DType.F32, (long) M * N);
        Products.Call call = new Products.Call(
                "gemm",
                "gemm_" + order,
                kind,
                launch -> launch.at(a).at(b),
                null,
                M,
                N,
                K,
                order.charAt(0) == 'k' ? K : M,
                order.charAt(1) == 'k' ? K : N);
        Products.partial(call, new Tiling(tile, 1, 4 * kind.step()), sums, on);
        HostStorage back = HostStorage.allocate(DType.F32, (long) M * N);
        ((CudaStorage) sums.storage()).read(0, back, 0, (long) M * N);
        return ((HostStorage.Floats) back).array();
    }
}
