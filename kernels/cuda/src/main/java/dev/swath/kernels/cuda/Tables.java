package dev.swath.kernels.cuda;

import dev.swath.kernels.Slice;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Tables of numbers in device memory, such as the addresses of all parameters: each is uploaded when its content is new, and
 * found again after that, so that a step with the same memory as the last uploads nothing.
 */
final class Tables {
    /** Lists of tensors that are in use side by side; far fewer in practice. */
    private static final int MOST = 32;

    private final Map<Content, Storage> kept = new LinkedHashMap<>(16, 0.75f, true);
    private final Set<Content> recorded = new HashSet<>();

    private record Content(long[] numbers) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Content c && Arrays.equals(numbers, c.numbers);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(numbers);
        }
    }

    /** These numbers in the memory of the backend, which must be the same at each call. What a recording uses stays for good. */
    synchronized Slice of(long[] numbers, CudaBackend backend) {
        Content key = new Content(numbers);
        Storage there = kept.get(key);
        if (there == null) {
            makeRoom(backend);
            there = backend.upload(Tensor.of(numbers, numbers.length)).storage();
            kept.put(key, there);
        }
        if (backend.gpu().isRecording()) {
            recorded.add(key);
        }
        return Slice.of(there, 0);
    }

    private void makeRoom(CudaBackend backend) {
        if (kept.size() - recorded.size() < MOST) {
            return;
        }
        Content oldest = kept.keySet().stream()
                .filter(c -> !recorded.contains(c))
                .findFirst()
                .orElseThrow();
        backend.free(kept.remove(oldest));
    }
}
