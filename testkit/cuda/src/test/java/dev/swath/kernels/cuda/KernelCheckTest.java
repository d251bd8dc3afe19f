package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.tensor.DType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** That a check fails where the device does something else than the scalar kernels do. */
class KernelCheckTest {
    private static final int N = 20;

    @BeforeAll
    static void here() {
        Emulator.require();
    }

    private final KernelCheck<CopyKernel> check = KernelCheck.of(CopyKernel.class, KernelTypes.of(DType.F32), 1);

    private void fails(String sentence, KernelCheck.Call<CopyKernel> call) {
        String message =
                assertThrows(AssertionError.class, () -> check.check(call)).getMessage();
        assertTrue(message.contains(sentence), message);
    }

    @Test
    void whereLessIsWritten() {
        KernelCheck<CopyKernel>.Operand y = check.out(DType.F32, N);
        fails(
                "operand 0 of f32[19] is NaN for 3.0",
                (k, on) -> k.fill(y.slice(), 3, on instanceof CudaExecution ? N - 1 : N, on));
    }

    @Test
    void whereMoreIsWritten() {
        KernelCheck<CopyKernel>.Operand y = check.out(DType.F32, N);
        KernelCheck<CopyKernel>.Operand x = check.in(DType.F32, N);
        fails("", (k, on) -> {
            k.fill(y.slice(), 3, N, on);
            if (on instanceof CudaExecution) {
                k.fill(x.slice(), 3, 1, on);
            }
        });
    }

    @Test
    void whereAnotherNumberIsWritten() {
        KernelCheck<CopyKernel>.Operand y = check.out(DType.F32, N);
        fails(
                "operand 0 of f32[0] is 3.0000998973846436 for 3.0",
                (k, on) -> k.fill(y.slice(), on instanceof CudaExecution ? 3.0001f : 3, N, on));
    }

    @Test
    void whereTwoCallsDiffer() {
        KernelCheck<CopyKernel>.Operand y = check.out(DType.F32, N);
        int[] calls = {0};
        fails(
                "differs from the first call's",
                (k, on) -> k.fill(y.slice(), on instanceof CudaExecution && calls[0]++ > 0 ? 3.00001f : 3, N, on));
    }

    @Test
    void notWhereTheyAgree() {
        KernelCheck<CopyKernel>.Operand y = check.inOut(DType.F32, N);
        KernelCheck<CopyKernel>.Operand x = check.in(DType.F32, N);
        check.check((k, on) -> k.add(y.slice(), new long[] {1}, x.slice(), new long[] {1}, new int[] {N}, on));
    }
}
