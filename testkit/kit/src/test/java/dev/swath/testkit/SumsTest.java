package dev.swath.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.swath.autograd.Tape;
import dev.swath.autograd.Var;
import dev.swath.autograd.ops.Binary;
import dev.swath.autograd.ops.LayerNorm;
import dev.swath.autograd.ops.Linear;
import dev.swath.kernels.Activation;
import dev.swath.kernels.Backend;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A sum in f32 over branches in bf16: a norm leads from one to the other, a product or an addition back. */
class SumsTest {
    private static final double EPS = 1e-5;

    /** bf16 has 8 bits; what is computed of them and kept in f32 is as exact as f32. */
    private static final OpCase.Tolerance OF_BF16 = new OpCase.Tolerance(2 * 0x1p-8, 3 * 0x1p-8, "bf16's bits");

    private final SplittableRandom random = new SplittableRandom(4);

    private Tensor numbers(DType type, int... dims) {
        int n = IntStream.of(dims).reduce(1, (a, b) -> a * b);
        return Tensor.of(random.doubles(n, -1, 1).toArray(), dims).to(type);
    }

    private static void check(
            Backend backend, DType result, double exact, BiFunction<Tape, List<Var>, Var> function, Tensor... inputs) {
        OpRun got = OpRun.of(
                backend,
                1,
                false,
                (tape, v) -> {
                    Var y = function.apply(tape, v);
                    assertEquals(result, y.dtype());
                    return y;
                },
                List.of(inputs));
        OpRun truth = OpRun.of(new ScalarBackend(), DType.F64, 1, false, function, List.of(inputs));
        got.assertClose(truth, new OpCase.Tolerance(exact, OF_BF16.gradients(), ""));
    }

    private static DType narrow(Var x) {
        return x.dtype() == DType.F32 ? DType.BF16 : x.dtype();
    }

    @ParameterizedTest
    @MethodSource("dev.swath.testkit.GoldenRun#backends")
    void aNormReadsASumAndGivesABranch(Backend backend) {
        check(
                backend,
                DType.BF16,
                OF_BF16.values(),
                (tape, v) -> LayerNorm.apply(tape, v.get(0), v.get(1), v.get(2), EPS, narrow(v.get(0))),
                numbers(DType.F32, 5, 24),
                numbers(DType.F32, 24),
                numbers(DType.F32, 24));
    }

    @ParameterizedTest
    @MethodSource("dev.swath.testkit.GoldenRun#backends")
    void aProductAddsABranchToASum(Backend backend) {
        for (Activation f : new Activation[] {Activation.IDENTITY, Activation.GELU}) {
            check(
                    backend,
                    DType.F32,
                    f == Activation.IDENTITY ? 1e-5 : OF_BF16.values(),
                    (tape, v) -> Linear.apply(tape, v.get(0), v.get(1), v.get(2), f, v.get(3)),
                    numbers(DType.BF16, 5, 16),
                    numbers(DType.BF16, 8, 16).to(DType.F32),
                    numbers(DType.F32, 8),
                    numbers(DType.F32, 5, 8));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.swath.testkit.GoldenRun#backends")
    void anAdditionDoesSoToo(Backend backend) {
        BiFunction<Tape, List<Var>, Var> add = (tape, v) -> Binary.add(tape, v.get(0), v.get(1));
        check(backend, DType.F32, 1e-6, add, numbers(DType.F32, 3, 8), numbers(DType.BF16, 3, 8));
        check(backend, DType.F32, 1e-6, add, numbers(DType.F32, 3, 5), numbers(DType.BF16, 5));
    }
}
