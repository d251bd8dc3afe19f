package dev.swath.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.swath.kernels.BackendProvider;
import dev.swath.kernels.BackendUnavailableException;
import dev.swath.kernels.Backends;
import dev.swath.kernels.DeviceRequest;
import org.junit.jupiter.api.Test;

class CudaBackendProviderTest {
    @Test
    void refusesWithAReasonAndNeverThrows() {
        BackendProvider.Probe.Refused refused =
                assertInstanceOf(BackendProvider.Probe.Refused.class, new CudaBackendProvider().probe(0));
        assertTrue(refused.reason().length() > 20, refused.reason());
    }

    @Test
    void askingForCudaIsAnErrorThatNamesTheReason() {
        String message = assertThrows(BackendUnavailableException.class, () -> Backends.discover()
                        .choose(DeviceRequest.cuda(0)))
                .getMessage();
        assertTrue(message.startsWith("[device] cuda was asked for but cannot be used here; cuda: "), message);
    }
}
