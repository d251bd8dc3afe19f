package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.kernels.BackendProvider;
import dev.swath.kernels.BinaryKernel;
import dev.swath.kernels.Execution;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Recorded;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices, memory, recorded passes and failures on the pretended driver, which can be told to be old, small or broken. */
class RunTimeTest {
    @BeforeEach
    void begin() {
        Emulator.requireEmulator();
        Emulator.reset();
    }

    @AfterEach
    void forget() {
        Emulator.reset();
    }

    private static Tensor row(float... x) {
        return Tensor.of(x, x.length);
    }

    private static String refused(int index) {
        BackendProvider.Probe probe = new CudaBackendProvider().probe(index);
        return assertInstanceOf(BackendProvider.Probe.Refused.class, probe).reason();
    }

    @ParameterizedTest
    @CsvSource({
        "driver, 12040, 0, the NVIDIA driver is for CUDA 12.4; one for CUDA 13.0 or newer is needed",
        "devices, 0, 0, the NVIDIA driver is here but it has no device",
        "devices, 2, 2, there is no device number 2; the NVIDIA driver knows 2",
        "init_fails_with, 803, 0, restart the machine after a change of driver",
    })
    void aDeviceThatCannotBeUsedIsRefusedInASentence(String setting, long value, int index, String sentence) {
        Emulator.set(setting, value);
        String reason = refused(index).replace(",", "");
        assertTrue(reason.contains(sentence.replace(",", "")), reason);
    }

    @Test
    void aHundredBackendsGiveEverythingBack() {
        for (int i = 0; i < 100; i++) {
            try (CudaBackend backend = Emulator.open(i % 2)) {
                Tensor there = backend.upload(row(1, 2, 3));
                assertArrayEquals(new float[] {1, 2, 3}, there.toFloatArray());
            }
        }
        assertEquals(0, Emulator.used(0));
        assertEquals(0, Emulator.used(1));
    }

    @Test
    void twoBackendsOnOneDeviceHaveMemoryOfTheirOwn() {
        CudaBackend a = Emulator.open(0);
        try (CudaBackend b = Emulator.open(0)) {
            Tensor x = a.upload(row(1, 2));
            Tensor y = b.upload(row(3, 4));
            a.close();
            assertArrayEquals(new float[] {3, 4}, y.toFloatArray());
            assertThrows(IllegalStateException.class, x::copy);
        }
        assertEquals(0, Emulator.used(0));
    }

    @Test
    void aDeviceThatIsFullSaysWhatCanBeDone() {
        Emulator.set("memory", 1 << 20);
        try (CudaBackend backend = Emulator.open(0)) {
            String message = assertThrows(CudaException.class, () -> backend.allocate(DType.F32, 1 << 20))
                    .getMessage();
            assertTrue(message.contains("has no room for 4 MiB more") && message.contains("smaller batch"), message);
            assertArrayEquals(new float[] {1}, backend.upload(row(1)).toFloatArray());
        }
    }

    /** y = x + x, then y = y * x, on the device. */
    private static void work(CudaBackend backend, Execution on, Tensor y, Tensor x) {
        BinaryKernel kernel = backend.kernel(BinaryKernel.class, KernelTypes.of(DType.F32));
        int[] dims = {(int) x.elements()};
        long[] dense = {1};
        kernel.forward(Slice.of(y), Slice.of(x), dense, Slice.of(x), dense, BinaryKernel.Function.ADD, dims, on);
        kernel.forward(Slice.of(y), Slice.of(y), dense, Slice.of(x), dense, BinaryKernel.Function.MUL, dims, on);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aRecordedPassGivesTheSameOnOtherNumbers(int schedule) {
        Emulator.set("schedule", schedule);
        try (CudaBackend backend = Emulator.open(0);
                Execution on = backend.execution(Parallelism.single())) {
            Tensor x = backend.upload(row(1, 2, 3));
            Tensor y = backend.upload(row(0, 0, 0));
            work(backend, on, y, x);
            assertArrayEquals(new float[] {2, 8, 18}, y.toFloatArray());
            try (Recorded recorded = backend.record(() -> work(backend, on, y, x))) {
                for (int i = 1; i < 4; i++) {
                    x.copyFrom(row(i, 0, -i));
                    recorded.run();
                    assertArrayEquals(new float[] {2 * i * i, 0, 2 * i * i}, y.toFloatArray());
                }
            }
        }
        assertEquals(0, Emulator.used(0));
    }

    /** Each call of a pass fails in turn: what comes out is the sentence, and never a number. */
    @ParameterizedTest
    @ValueSource(ints = {46, 214, 719})
    void aDeviceThatIsLostMidwaySaysSoAndGivesNoNumbers(int error) {
        int failures = 0;
        for (int call = 0; call < 60; call++) {
            Emulator.reset();
            CudaBackend backend = Emulator.open(0);
            Emulator.set("fail_with", error);
            Emulator.set("fail_after", call);
            try (Execution on = backend.execution(Parallelism.single())) {
                Tensor x = backend.upload(row(1, 2, 3));
                Tensor y = backend.upload(row(0, 0, 0));
                work(backend, on, y, x);
                assertArrayEquals(new float[] {2, 8, 18}, y.toFloatArray());
            } catch (CudaException e) {
                failures++;
                assertEquals(error, e.status());
                assertTrue(e.getMessage().startsWith("[cuda] "), e.getMessage());
                assertTrue(e.getMessage().contains("(error " + error + ")"), e.getMessage());
            }
        }
        assertTrue(failures > 20, failures + " failures");
    }
}
