package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes that kernels can make, each planted in {@code faults.cu}, and that the emulator finds each. */
class PlantedFaultsTest {
    private static final int N = 64;

    private CudaBackend backend;
    private CudaExecution on;

    @BeforeEach
    void open() {
        Emulator.requireEmulator();
        open(0);
    }

    private void open(int schedule) {
        Emulator.reset();
        Emulator.set("schedule", schedule);
        backend = Emulator.open(0);
        on = (CudaExecution) backend.execution(Parallelism.single());
    }

    /** What failed for good is forgotten, so that the next test begins with a device that works. */
    @AfterEach
    void forget() {
        Emulator.reset();
    }

    private static Tensor counted(int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = i + 1;
        }
        return Tensor.of(x, n);
    }

    private Slice there(Tensor host) {
        return Slice.of(backend.upload(host));
    }

    private Slice fresh(int n) {
        return Slice.of(backend.allocate(DType.F32, n), 0);
    }

    private float[] read(Slice s) {
        return Tensor.over(s.storage(), Shape.of((int) s.storage().size()), 0).toFloatArray();
    }

    private Launch launch(String kernel) {
        return on.launch("faults", kernel).block(N);
    }

    /** The usual three arguments: y, x and n. */
    private float[] run(String kernel, int threads) {
        Slice y = fresh(N);
        launch(kernel).block(threads).at(y).at(there(counted(N))).i32(N).run();
        return read(y);
    }

    private static float[] reversed() {
        float[] y = new float[N];
        for (int i = 0; i < N; i++) {
            y[i] = N - i;
        }
        return y;
    }

    private void fails(String sentence, String kernel, int threads) {
        String message =
                assertThrows(CudaException.class, () -> run(kernel, threads)).getMessage();
        assertTrue(message.contains(sentence), message);
        assertTrue(message.contains(kernel), message);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 77})
    void aMissingBarrierGivesWrongNumbersUnderEverySchedule(int schedule) {
        open(schedule);
        assertArrayEquals(reversed(), run("fault_none_f32", N));
        float[] wrong = run("fault_no_barrier_f32", N);
        assertTrue(count(wrong) > 0, Arrays.toString(wrong));
    }

    private static int count(float[] y) {
        int n = 0;
        for (float v : y) {
            n += Float.isNaN(v) ? 1 : 0;
        }
        return n;
    }

    @Test
    void twoBarriersThatMeetAreReportedWithTheirLines() {
        fails("two barriers meet: 32 threads wait at line ", "fault_two_barriers_f32", N);
    }

    @Test
    void anOverrunIsReportedWithTheMemory() {
        fails("0 bytes behind the 256 bytes of memory that begin at", "fault_overrun_f32", N);
        open(0);
        Launch near = launch("fault_overrun_f32")
                .at(fresh(N - 1))
                .at(there(counted(N)))
                .i32(N - 1);
        String message = assertThrows(CudaException.class, near::run).getMessage();
        assertTrue(message.contains("fault_overrun_f32: it wrote behind the 252 bytes of memory at"), message);
    }

    @Test
    void aReadFarBehindIsReportedWithTheThread() {
        fails("thread (0, 0, 0): touches address", "fault_read_f32", N);
    }

    @Test
    void aWriteBeforeItsMemoryIsReported() {
        Slice y = fresh(N - 1);
        Launch before =
                launch("fault_overrun_f32").at(y.plus(-1)).at(there(counted(N))).i32(N - 2);
        String message = assertThrows(CudaException.class, before::run).getMessage();
        assertTrue(message.contains("4 bytes before the 252 bytes of memory"), message);
    }

    @Test
    void anOverrunOfSharedMemoryIsReported() {
        Slice y = fresh(N);
        Launch launch = launch("fault_shared_f32")
                .shared(4 * N)
                .at(y)
                .at(there(counted(N)))
                .i32(N);
        String message = assertThrows(CudaException.class, launch::run).getMessage();
        assertTrue(message.contains("wrote 0 bytes beyond its 256 bytes of shared memory"), message);
    }

    @Test
    void sharedMemoryThatWasNotAskedForIsRefused() {
        // Function asks by itself; behind its back the driver refuses.
        Slice y = fresh(N);
        launch("fault_shared_f32")
                .shared(100 << 10)
                .at(y)
                .at(there(counted(N)))
                .i32(N)
                .run();
        assertEquals(N, read(y).length);
        Launch most = launch("fault_shared_f32").shared(300 << 10).at(y).at(y).i32(N);
        assertTrue(assertThrows(CudaException.class, most::run).getMessage().contains("invalid argument"));
    }

    @Test
    void whatIsNotWrittenIsNotANumber() {
        float[] y = run("fault_short_f32", N);
        assertEquals(1, count(y));
        assertTrue(Float.isNaN(y[N - 1]));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5})
    void anExchangeWithHalfOfTheLanesIsReported(int schedule) {
        open(schedule);
        fails("wait at shuffle_xor of line", "fault_lanes_f32", N);
    }

    @Test
    void anExchangeWithLanesThatAreGoneIsReported() {
        fails("16 to 31 wait at the block's barrier", "fault_lanes_f32", 32);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aForgottenWaitGivesWhatIsNotThereYet(int schedule) {
        open(schedule);
        assertArrayEquals(counted(N).toFloatArray(), run("fault_wait_f32", N / 4));
        assertEquals(N, count(run("fault_no_wait_f32", N / 4)));
    }

    @Test
    void anEndWithoutAWaitIsReported() {
        fails("asynchronous copies that it never waited for", "fault_no_wait_at_all_f32", N);
    }

    @Test
    void aMisalignedVectorIsReported() {
        Slice y = fresh(N + 1);
        Slice x = there(counted(N + 1));
        launch("fault_misaligned_f32").at(y).at(x).i32(N).run();
        Launch shifted = launch("fault_misaligned_f32").at(y).at(x.plus(1)).i32(N);
        String message = assertThrows(CudaException.class, shifted::run).getMessage();
        assertTrue(message.contains("misaligned address") && message.contains("is no multiple of 16"), message);
    }

    @Test
    void aMisalignedPairIsReportedThoughAProcessorForgivesIt() {
        Slice y = fresh(N + 1);
        Slice x = there(counted(N + 1));
        launch("fault_misaligned_pair_f32").at(y).at(x).i32(N).run();
        Launch shifted = launch("fault_misaligned_pair_f32").at(y).at(x.plus(1)).i32(N);
        String message = assertThrows(CudaException.class, shifted::run).getMessage();
        assertTrue(message.contains("is no multiple of the 8 bytes that"), message);
        assertTrue(message.contains("faults.cu:"), message);
    }

    @Test
    void anIndexBesideAnArrayIsReported() {
        fails("index 64 is beside 'float [64]'", "fault_index_f32", N);
    }

    @Test
    void aFragmentOfTheWrongLaneGivesAnotherProduct() {
        Tensor a = counted(256).to(DType.BF16);
        Tensor b = counted(128).to(DType.BF16);
        double[] av = a.toDoubleArray();
        double[] bv = b.toDoubleArray();
        float[] expected = new float[128];
        for (int i = 0; i < 16; i++) {
            for (int j = 0; j < 8; j++) {
                double sum = 0;
                for (int k = 0; k < 16; k++) {
                    sum += av[16 * i + k] * bv[16 * j + k];
                }
                expected[8 * i + j] = (float) sum;
            }
        }
        Slice d = fresh(128);
        launch("fault_no_fragment_bf16")
                .block(32)
                .at(d)
                .at(there(a))
                .at(there(b))
                .run();
        assertArrayEquals(expected, read(d));
        launch("fault_fragment_bf16").block(32).at(d).at(there(a)).at(there(b)).run();
        assertTrue(!Arrays.equals(expected, read(d)));
    }

    @Test
    void fragmentsOfTf32LieWherePtxHasThem() {
        Tensor a = counted(128);
        Tensor b = counted(64);
        float[] expected = new float[128];
        for (int i = 0; i < 16; i++) {
            for (int j = 0; j < 8; j++) {
                for (int k = 0; k < 8; k++) {
                    expected[8 * i + j] += (float) ((8.0 * i + k + 1) * (8.0 * k + j + 1));
                }
            }
        }
        Slice d = fresh(128);
        launch("fault_none_tf32").block(32).at(d).at(there(a)).at(there(b)).run();
        assertArrayEquals(expected, read(d));
    }

    @Test
    void aWrongTypeOfArgumentIsReported() {
        Slice y = fresh(N);
        Slice x = there(counted(N));
        Launch same = launch("fault_none_f32").at(y).at(x).f32(N);
        assertEquals(
                "fault_none_f32 takes *f32,*f32,i32, and gets *f32,*f32,f32",
                assertThrows(IllegalArgumentException.class, same::run).getMessage());
        Launch other = launch("fault_none_f32")
                .at(y)
                .at(there(counted(N).to(DType.BF16)))
                .i32(N);
        assertEquals(
                "fault_none_f32 takes *f32,*f32,i32, and gets *f32,*bf16,i32",
                assertThrows(IllegalArgumentException.class, other::run).getMessage());
    }

    @Test
    void aWrongSizeOfArgumentIsReported() {
        Launch wider = launch("fault_short_f32").at(fresh(N)).at(fresh(N)).i64(N);
        assertTrue(assertThrows(IllegalStateException.class, wider::run)
                .getMessage()
                .contains("parameter 2 of fault_short_f32 has 4 bytes, and the launch gives 8"));
        Launch more = launch("fault_short_f32").at(fresh(N)).at(fresh(N)).i32(N).i32(N);
        assertTrue(assertThrows(IllegalStateException.class, more::run)
                .getMessage()
                .contains("parameter 3 of fault_short_f32 has 0 bytes"));
    }

    @Test
    void memoryThatWasGivenBackIsReported() {
        Slice y = fresh(N);
        Slice x = there(counted(N));
        long address = ((CudaStorage) x.storage()).address();
        backend.free(x.storage());
        backend.trim();
        Launch launch = launch("fault_short_f32").at(y).address(address).i32(N);
        String message = assertThrows(CudaException.class, launch::run).getMessage();
        assertTrue(message.contains("bytes of memory that were given back at"), message);
    }

    @Test
    void processorMemoryIsReported() {
        Launch launch = launch("fault_short_f32").at(fresh(N)).address(0x1000).i32(N);
        String message = assertThrows(CudaException.class, launch::run).getMessage();
        assertTrue(message.contains("parameter 1 is 0x1000, which is no memory of the device"), message);
    }

    @Test
    void aSumInTheOrderOfBlocksDiffersBetweenSchedules() {
        float[] sums = new float[3];
        float[] values = {1e8f, 1, -1e8f, 1};
        for (int schedule = 0; schedule < 3; schedule++) {
            open(schedule);
            Slice y = there(Tensor.of(new float[2], 2));
            launch("fault_order_f32")
                    .grid(4)
                    .at(y)
                    .at(there(Tensor.of(values, 4)))
                    .i32(4)
                    .run();
            sums[schedule] = read(y)[0];
        }
        assertTrue(sums[0] != sums[1] || sums[0] != sums[2], Arrays.toString(sums));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9})
    void threeExtentsCountAsTheyShould(int schedule) {
        open(schedule);
        Slice y = fresh(N);
        launch("fault_none_3d_f32")
                .block(16)
                .grid(2, 1, 2)
                .at(y)
                .at(there(counted(N)))
                .i32(N)
                .run();
        assertArrayEquals(counted(N).toFloatArray(), read(y));
        Launch large = launch("fault_none_3d_f32").block(65).at(y).at(y).i32(N);
        assertTrue(assertThrows(CudaException.class, large::run).getMessage().contains("its bound is 64"));
    }

    @Test
    void afterAFailedLaunchEverythingElseFailsToo() {
        fails("deadlock", "fault_lanes_f32", N);
        String message = assertThrows(CudaException.class, () -> run("fault_none_f32", N))
                .getMessage();
        assertTrue(message.contains("unspecified launch failure"), message);
    }
}
